// Conversion of a whole signal to another rate.
#include "engine/audio/resample.h"

#include <soxr.h>

#include <cmath>
#include <stdexcept>

namespace continuo {

std::vector<float> resample_impulse(std::span<const float> taps, double from_hz, double to_hz) {
  if (from_hz == to_hz) return {taps.begin(), taps.end()};
  std::vector<float> out(static_cast<size_t>(std::ceil(static_cast<double>(taps.size()) * to_hz / from_hz)));
  size_t done = 0;
  const soxr_error_t error = soxr_oneshot(from_hz, to_hz, 1, taps.data(), taps.size(), nullptr, out.data(), out.size(),
                                          &done, nullptr, nullptr, nullptr);
  if (error != nullptr) throw std::runtime_error(std::string("resampling failed: ") + error);
  out.resize(done);
  for (float& tap : out) tap *= static_cast<float>(from_hz / to_hz);
  return out;
}

}  // namespace continuo
