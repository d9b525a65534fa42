#include "engine/dsp/pitch_tracker.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace continuo::dsp {
namespace {

constexpr int kLanes = 16;
constexpr int kMaxVetoes = 4;           // an octave jump that lasts longer is believed
constexpr float kVetoAllowance = 0.1f;  // how much less periodic the continued pitch may be

// Sum of squared differences of two stretches, in lanes so that the compiler vectorises it.
float squared_difference(const float* a, const float* b, int n) noexcept {
  float lanes[kLanes] = {};
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float d = a[i + l] - b[i + l];
      lanes[l] += d * d;
    }
  }
  float sum = 0;
  for (; i < n; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  for (const float lane : lanes) sum += lane;
  return sum;
}

}  // namespace

void PitchTracker::prepare(const PitchSpec& spec) {
  if (spec.hop < 1 || spec.min_hz <= 0 || spec.max_hz <= spec.min_hz || spec.max_hz > spec.sample_rate / 4 ||
      spec.window_ms <= 0) {
    throw std::invalid_argument("pitch tracker: need 0 < min_hz < max_hz <= sample_rate / 4 and hop >= 1");
  }
  spec_ = spec;
  window_ = static_cast<int>(spec.window_ms * 1e-3 * spec.sample_rate);
  min_lag_ = std::max(2, static_cast<int>(spec.sample_rate / spec.max_hz) - 1);
  max_lag_ = static_cast<int>(spec.sample_rate / spec.min_hz) + 2;
  half_ = (window_ + max_lag_) / 2 + 2;
  ring_.assign(static_cast<std::size_t>(2 * half_), 0.f);
  linear_.assign(ring_.size(), 0.f);
  difference_.assign(static_cast<std::size_t>(max_lag_) + 2, 0.f);
  normalised_.assign(difference_.size(), 1.f);
  reset();
}

void PitchTracker::reset() noexcept {
  std::fill(ring_.begin(), ring_.end(), 0.f);
  write_ = 0;
  until_frame_ = half_;
  last_hz_ = 0;
  vetoes_ = 0;
}

std::size_t PitchTracker::process(std::span<const float> in, std::span<PitchFrame> out) noexcept {
  std::size_t frames = 0;
  for (const float x : in) {
    ring_[static_cast<std::size_t>(write_)] = x;
    write_ = write_ + 1 == 2 * half_ ? 0 : write_ + 1;
    if (--until_frame_ > 0) continue;
    until_frame_ = spec_.hop;
    const PitchFrame frame = analyse();
    if (frames < out.size()) out[frames++] = frame;
  }
  return frames;
}

// Position of the dip around `lag` by a parabola through the raw difference, samples.
float PitchTracker::refine(int lag) const noexcept {
  const auto i = static_cast<std::size_t>(lag);
  const float a = difference_[i - 1], b = difference_[i], c = difference_[i + 1];
  const float curve = a - 2 * b + c;
  if (curve <= 0) return static_cast<float>(lag);
  return static_cast<float>(lag) + std::clamp(0.5f * (a - c) / curve, -1.f, 1.f);
}

PitchFrame PitchTracker::analyse() noexcept {
  std::copy(ring_.begin() + write_, ring_.end(), linear_.begin());
  std::copy(ring_.begin(), ring_.begin() + write_, linear_.end() - write_);
  float energy = 0;
  for (const float v : linear_) energy += v * v;
  const float mean_square = energy / static_cast<float>(linear_.size());
  PitchFrame frame;
  if (!(mean_square > std::pow(10.f, spec_.silence_db / 10))) {
    last_hz_ = 0;
    return frame;
  }

  const float* centre = linear_.data() + half_;
  float cumulative = 0;
  for (int lag = 1; lag <= max_lag_ + 1; ++lag) {
    const int begin = -(window_ + lag) / 2;
    const auto i = static_cast<std::size_t>(lag);
    difference_[i] = squared_difference(centre + begin, centre + begin + lag, window_);
    cumulative += difference_[i];
    normalised_[i] = cumulative > 0 ? difference_[i] * static_cast<float>(lag) / cumulative : 1.f;
  }

  // The first dip under the threshold, followed to its bottom; else the deepest dip.
  int best = 0;
  int deepest = min_lag_;
  for (int lag = min_lag_; lag <= max_lag_; ++lag) {
    if (normalised(lag) < normalised(deepest)) deepest = lag;
    if (best == 0 && normalised(lag) < spec_.threshold && normalised(lag) <= normalised(lag + 1)) best = lag;
  }
  if (best == 0) best = deepest;

  // Octave-jump veto: when the pitch leaps by about an octave or a twelfth although the last pitch's dip is
  // nearly as deep, stay, unless the leap lasts.
  if (last_hz_ > 0) {
    const float ratio = static_cast<float>(spec_.sample_rate) / (refine(best) * last_hz_);
    const float octaves = std::fabs(std::log2(ratio));
    if (std::fabs(octaves - 1.f) < 0.06f || std::fabs(octaves - 1.585f) < 0.06f) {
      const int expected = static_cast<int>(std::lround(spec_.sample_rate / last_hz_));
      const int from = std::max(min_lag_, static_cast<int>(expected * 0.96f));
      const int to = std::min(max_lag_, static_cast<int>(expected * 1.04f) + 1);
      int stay = from;
      for (int lag = from; lag <= to; ++lag) {
        if (normalised(lag) < normalised(stay)) stay = lag;
      }
      if (normalised(stay) < normalised(best) + kVetoAllowance && ++vetoes_ <= kMaxVetoes) {
        best = stay;
      } else {
        vetoes_ = 0;
      }
    } else {
      vetoes_ = 0;
    }
  }

  frame.f0_hz = static_cast<float>(spec_.sample_rate) / refine(best);
  frame.aperiodicity = std::min(1.f, normalised(best));
  frame.voiced = frame.aperiodicity < spec_.voiced_below;
  last_hz_ = frame.voiced ? frame.f0_hz : 0.f;
  return frame;
}

}  // namespace continuo::dsp
