// Spectrograms as PNG files, for model cards.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace continuo::ddsp {

// One below the other with a white line between: 0 Hz (bottom) to Nyquist, -90 to 0 dB below the loudest bin
// of all. Signals of one rate, up to the same length. Throws std::runtime_error when the file cannot be
// written.
void write_spectrograms(const std::filesystem::path& file, std::span<const std::vector<float>> signals,
                        int width = 480, int height = 180);

}  // namespace continuo::ddsp
