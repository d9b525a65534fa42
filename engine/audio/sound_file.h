// Sound files read whole, at the wanted rate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace continuo {

struct Sound {
  uint32_t rate = 0, channels = 0;
  std::vector<float> samples;  // interleaved
  [[nodiscard]] uint64_t frames() const { return channels == 0 ? 0 : samples.size() / channels; }
};

struct SoundRequest {
  uint32_t rate = 0;      // Hz; 0 keeps the file's; else converted with libsamplerate, best sinc
  uint32_t channels = 0;  // 0 keeps the file's; 1: the mean of all; 2: mono doubled, more than two refused
  double longest_seconds = 3600;
};

// Disk thread. Any format that libsndfile reads. Throws std::runtime_error that names the file and the
// reason.
Sound read_sound(const std::filesystem::path& path, const SoundRequest& request = {});

}  // namespace continuo
