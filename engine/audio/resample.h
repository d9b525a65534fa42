// Conversion of a whole signal to another rate (soxr, high quality).
#pragma once

#include <span>
#include <vector>

namespace continuo {

// Disk thread. An impulse response keeps its gain: as the distance of samples shrinks, so do they.
// Throws std::runtime_error.
std::vector<float> resample_impulse(std::span<const float> taps, double from_hz, double to_hz);

}  // namespace continuo
