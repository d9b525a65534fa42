#include "engine/dsp/limiter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace continuo::dsp {

namespace {

constexpr std::int64_t kUnity = std::int64_t{1} << 40;  // a sum of 4096 fits easily
constexpr int kMaxLookahead = 4096;

}  // namespace

void LookaheadLimiter::Average::fill(std::int64_t value) noexcept {
  std::fill(history.begin(), history.end(), value);
  sum = value * static_cast<std::int64_t>(history.size());
  at = 0;
}

std::int64_t LookaheadLimiter::Average::next(std::int64_t value) noexcept {
  sum += value - history[at];
  history[at] = value;
  at = at + 1 == history.size() ? 0 : at + 1;
  return sum / static_cast<std::int64_t>(history.size());  // rounds down: to the safe side
}

void LookaheadLimiter::prepare(const LimiterSpec& spec) {
  lookahead_ = spec.lookahead_frames > 0
                   ? spec.lookahead_frames
                   : std::max(1, static_cast<int>(std::lround(0.0015 * spec.sample_rate)));
  if (spec.channels < 1 || lookahead_ > kMaxLookahead || !(spec.sample_rate > 0) || !(spec.release_s > 0) ||
      !(spec.ceiling_db <= 0)) {
    throw std::invalid_argument("limiter: needs at least 1 channel, a look-ahead of at most " +
                                std::to_string(kMaxLookahead) +
                                " frames, a positive rate and release, and a ceiling of at most 0 dB");
  }
  channels_ = spec.channels;
  ceiling_ = static_cast<float>(std::pow(10.0, spec.ceiling_db / 20.0));
  release_ = -std::expm1(-1 / (spec.release_s * spec.sample_rate));
  delay_.assign(static_cast<std::size_t>(lookahead_) * static_cast<std::size_t>(channels_), 0.f);
  candidates_.resize(static_cast<std::size_t>(lookahead_) + 1);
  // Lengths a and b of the averages with a + b - 1 = lookahead + 1.
  const std::size_t total = static_cast<std::size_t>(lookahead_) + 2;
  long_average_.history.resize(total * 2 / 3);
  short_average_.history.resize(total - total * 2 / 3);
  reset();
}

void LookaheadLimiter::reset() noexcept {
  std::fill(delay_.begin(), delay_.end(), 0.f);
  delay_at_ = 0;
  first_ = count_ = 0;
  frame_ = 0;
  recovering_ = deepest_ = kUnity;
  long_average_.fill(kUnity);
  short_average_.fill(kUnity);
}

std::int64_t LookaheadLimiter::held_minimum(std::int64_t gain) noexcept {
  const std::size_t size = candidates_.size();
  const auto slot = [&](std::size_t i) -> Candidate& { return candidates_[(first_ + i) % size]; };
  if (count_ > 0 && slot(0).frame + size <= frame_) {
    first_ = (first_ + 1) % size;
    --count_;
  }
  while (count_ > 0 && slot(count_ - 1).gain >= gain) --count_;
  slot(count_++) = {gain, frame_++};
  return slot(0).gain;
}

void LookaheadLimiter::process(float* const* channels, int frames) noexcept {
  for (int i = 0; i < frames; ++i) {
    float peak = 0;
    for (int c = 0; c < channels_; ++c) {
      const float x = channels[c][i];
      if (std::isfinite(x)) peak = std::max(peak, std::abs(x));
    }
    const std::int64_t wanted =
        peak <= ceiling_
            ? kUnity
            : static_cast<std::int64_t>(static_cast<double>(ceiling_) / peak * static_cast<double>(kUnity));
    const std::int64_t held = held_minimum(wanted);
    // Down at once, up exponentially; the last billionth at once too, so that unity is reached.
    if (held <= recovering_) {
      recovering_ = held;
    } else {
      recovering_ += static_cast<std::int64_t>(static_cast<double>(held - recovering_) * release_);
      if (held - recovering_ < kUnity >> 20) recovering_ = held;
    }
    const std::int64_t gain = short_average_.next(long_average_.next(recovering_));
    deepest_ = std::min(deepest_, gain);
    const double factor = static_cast<double>(gain) / static_cast<double>(kUnity);
    float* delayed = delay_.data() + static_cast<std::ptrdiff_t>(delay_at_) * channels_;
    for (int c = 0; c < channels_; ++c) {
      const float in = std::isfinite(channels[c][i]) ? channels[c][i] : 0.f;
      // The clamp only takes away the last rounding.
      channels[c][i] = std::clamp(static_cast<float>(delayed[c] * factor), -ceiling_, ceiling_);
      delayed[c] = in;
    }
    delay_at_ = delay_at_ + 1 == lookahead_ ? 0 : delay_at_ + 1;
  }
}

float LookaheadLimiter::take_gain_reduction_db() noexcept {
  const double gain = static_cast<double>(std::max<std::int64_t>(deepest_, 1)) / static_cast<double>(kUnity);
  deepest_ = kUnity;
  return static_cast<float>(20 * std::log10(gain));
}

}  // namespace continuo::dsp
