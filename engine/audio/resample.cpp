// Conversion of whole signals to another rate.
#include "engine/audio/resample.h"

#include <samplerate.h>

#include <cmath>
#include <stdexcept>
#include <string>

namespace continuo {

std::vector<float> resample(std::span<const float> samples, uint32_t channels, double from_hz, double to_hz) {
  if (from_hz == to_hz || samples.empty()) return {samples.begin(), samples.end()};
  const size_t frames = samples.size() / channels;
  const auto wanted = static_cast<size_t>(std::llround(static_cast<double>(frames) * to_hz / from_hz));
  std::vector<float> out((wanted + 1) * channels);
  SRC_DATA data{};
  data.data_in = samples.data();
  data.input_frames = static_cast<long>(frames);
  data.data_out = out.data();
  data.output_frames = static_cast<long>(wanted + 1);
  data.src_ratio = to_hz / from_hz;
  if (const int error = src_simple(&data, SRC_SINC_BEST_QUALITY, static_cast<int>(channels))) {
    throw std::runtime_error(std::string("can't be converted: ") + src_strerror(error));
  }
  out.resize(wanted * channels);
  return out;
}

std::vector<float> resample_impulse(std::span<const float> taps, double from_hz, double to_hz) {
  std::vector<float> out = resample(taps, 1, from_hz, to_hz);
  for (float& tap : out) tap *= static_cast<float>(from_hz / to_hz);
  return out;
}

}  // namespace continuo
