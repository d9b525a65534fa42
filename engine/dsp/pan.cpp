#include "engine/dsp/pan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace continuo::dsp {

PanGains equal_power_pan(float position) noexcept {
  if (!(position == position)) position = 0;
  if (position <= -1.f) return {1.f, 0.f};
  if (position >= 1.f) return {0.f, 1.f};
  const double angle = (static_cast<double>(position) + 1) * (std::numbers::pi / 4);
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

void Crossfade::process(std::span<const float> a, std::span<const float> b, std::span<float> out) noexcept {
  const auto mix = [&](std::size_t i, PanGains gains) { out[i] = gains.left * a[i] + gains.right * b[i]; };
  if (!position_.moving()) {
    const PanGains gains = equal_power_pan(2 * position_.target() - 1);
    for (std::size_t i = 0; i < out.size(); ++i) mix(i, gains);
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i) mix(i, equal_power_pan(2 * position_.next() - 1));
}

}  // namespace continuo::dsp
