#include "engine/dsp/power.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace continuo::dsp {

void PowerFollower::prepare(const PowerSpec& spec) {
  if (spec.hop < 1 || spec.window < 2 || spec.window % 2 != 0) {
    throw std::invalid_argument("power: hop must be at least 1 and window even and at least 2");
  }
  spec_ = spec;
  const auto n = static_cast<std::size_t>(spec.window);
  weights_.resize(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    sum += 0.5 - 0.5 * std::cos(2 * std::numbers::pi * phase);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    weights_[i] = static_cast<float>((0.5 - 0.5 * std::cos(2 * std::numbers::pi * phase)) / sum);
  }
  ring_.assign(n, 0.f);
  reset();
}

void PowerFollower::reset() noexcept {
  std::fill(ring_.begin(), ring_.end(), 0.f);
  write_ = 0;
  until_frame_ = spec_.window / 2;  // frame 0 is centred on sample 0
}

std::size_t PowerFollower::process(std::span<const float> in, std::span<float> out) noexcept {
  std::size_t frames = 0;
  const int n = spec_.window;
  for (const float x : in) {
    ring_[static_cast<std::size_t>(write_)] = x;
    write_ = write_ + 1 == n ? 0 : write_ + 1;
    if (--until_frame_ > 0) continue;
    until_frame_ = spec_.hop;
    // Oldest sample first, so that the sum does not depend on where the ring stands.
    float sum = 0;
    const auto split = static_cast<std::size_t>(n - write_);
    for (std::size_t i = 0; i < split; ++i) {
      const float v = ring_[static_cast<std::size_t>(write_) + i];
      sum += weights_[i] * v * v;
    }
    for (std::size_t i = split; i < weights_.size(); ++i) {
      const float v = ring_[i - split];
      sum += weights_[i] * v * v;
    }
    const float db = sum > 1e-20f ? 10.f * std::log10(sum) : -200.f;
    if (frames < out.size()) out[frames++] = std::max(spec_.floor_db, db);
  }
  return frames;
}

}  // namespace continuo::dsp
