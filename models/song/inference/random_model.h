// A small song model of random weights, for tests.
#pragma once
#include <cstdint>

#include "models/io/safetensors.h"
#include "models/song/inference/config.h"

namespace continuo::song {

// A config that fits, with `techniques` techniques named t0, t1 ...
Config random_config(int techniques);
// All tensors that it needs, small random numbers.
io::SafetensorsWriter random_model(const Config& config, std::uint64_t seed);

}  // namespace continuo::song
