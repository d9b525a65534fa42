// Conversion of whole signals to another rate (libsamplerate, best sinc: soxr would bring OpenMP on stage).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace continuo {

// Disk thread. Interleaved frames in, as many seconds out. Throws std::runtime_error.
std::vector<float> resample(std::span<const float> samples, uint32_t channels, double from_hz, double to_hz);

// Disk thread. An impulse response keeps its gain: as the distance of samples shrinks, so do they.
std::vector<float> resample_impulse(std::span<const float> taps, double from_hz, double to_hz);

}  // namespace continuo
