// A trained song model as a safetensors file.
#pragma once

#include <filesystem>

#include "models/song/inference/config.h"
#include "models/song/network.h"

namespace continuo::song {

// Disk thread. Weights as F16 (or F32: `exact`, for the parity test). Throws io::Error.
void write_model(const std::filesystem::path& file, NoteTier notes, FrameTier frames, const Config& config,
                 bool exact = false);

}  // namespace continuo::song
