#include "engine/dsp/meter.h"

#include <algorithm>
#include <cmath>

namespace continuo::dsp {

void Meter::process(std::span<const float> in) noexcept {
  // Four running sums would be quicker, and would depend on how the stretch is cut.
  for (float x : in) {
    const float magnitude = std::isfinite(x) ? std::abs(x) : 0.f;
    peak_ = std::max(peak_, magnitude);
    square_sum_ += static_cast<double>(magnitude) * magnitude;
  }
  frames_ += static_cast<long>(in.size());
}

MeterReading Meter::take() noexcept {
  const MeterReading reading{
      peak_, frames_ > 0 ? static_cast<float>(std::sqrt(square_sum_ / static_cast<double>(frames_))) : 0.f,
      frames_};
  reset();
  return reading;
}

}  // namespace continuo::dsp
