#include "engine/dsp/harmonic_bank.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/dsp/harmonic_kernel.h"
#include "engine/dsp/kernels.h"

namespace continuo::dsp {

void HarmonicBank::prepare(double sample_rate, SimdLevel level) noexcept {
  sample_rate_ = sample_rate;
  kernel_ = kernels(level).harmonics;
  reset();
}

void HarmonicBank::reset(double phase_turns) noexcept {
  // Via the top 53 bits, as a double holds no more.
  phase_ = static_cast<std::uint64_t>((phase_turns - std::floor(phase_turns)) * 0x1p53) << 11;
  increment_ = increment_step_ = increment_end_ = 0;
  glide_left_ = index_ = frames_ = active_ = 0;
  start_.fill(0);
  slope_.fill(0);
  target_.fill(0);
}

std::int64_t HarmonicBank::increment(double hz) const noexcept {
  const double turns = hz / sample_rate_;
  if (!(turns > 0)) return 0;
  return turns < 0.5 ? static_cast<std::int64_t>(turns * 0x1p64) : std::numeric_limits<std::int64_t>::max();
}

void HarmonicBank::set_frequency(double start_hz, double end_hz, int frames) noexcept {
  increment_end_ = increment(end_hz);
  increment_ = frames > 0 ? increment(start_hz) : increment_end_;
  increment_step_ = frames > 0 ? (increment_end_ - increment_) / frames : 0;
  glide_left_ = std::max(frames, 0);
}

void HarmonicBank::set_amplitudes(std::span<const float> amplitudes, int frames) noexcept {
  const int given = std::min<int>(static_cast<int>(amplitudes.size()), kMaxHarmonics);
  const auto now = static_cast<float>(index_);
  const float per_frame = 1.f / static_cast<float>(std::max(frames, 1));
  const int before = active_;
  active_ = 0;
  for (int k = 0; k < std::max(given, before); ++k) {
    const float next = k < given && std::isfinite(amplitudes[k]) ? amplitudes[k] : 0.f;
    start_[k] = frames > 0 ? start_[k] + now * slope_[k] : next;
    slope_[k] = frames > 0 ? (next - start_[k]) * per_frame : 0.f;
    target_[k] = next;
    if (start_[k] != 0.f || next != 0.f) active_ = k + 1;
  }
  index_ = 0;
  frames_ = std::max(frames, 0);
}

void HarmonicBank::finish_frame() noexcept {
  int active = 0;
  for (int k = 0; k < active_; ++k) {
    start_[k] = target_[k];
    slope_[k] = 0;
    if (target_[k] != 0.f) active = k + 1;
  }
  active_ = active;
  index_ = frames_ = 0;
}

void HarmonicBank::process(std::span<float> out) noexcept {
  float* to = out.data();
  int left = static_cast<int>(out.size());
  while (left > 0) {
    int n = std::min(left, kChunk);
    if (frames_ > 0) n = std::min(n, frames_ - index_);
    chunk(to, n);
    to += n;
    left -= n;
  }
}

void HarmonicBank::chunk(float* out, int frames) noexcept {
  HarmonicJob job;
  std::int64_t lowest = increment_, highest = increment_;
  for (int i = 0; i < frames; ++i) {
    job.phase[i] = static_cast<std::uint32_t>(phase_ >> 32);
    job.increment[i] = static_cast<float>(increment_) * 0x1p-64f;
    phase_ += static_cast<std::uint64_t>(increment_);
    if (glide_left_ == 0) continue;
    increment_ = --glide_left_ == 0 ? increment_end_ : increment_ + increment_step_;
    lowest = std::min(lowest, increment_);
    highest = std::max(highest, increment_);
  }
  for (int i = frames; i < kChunk; ++i) {
    job.phase[i] = 0;
    job.increment[i] = 0;
  }
  // Both bounds lean to the sample-by-sample side, where a weight of 1 or 0 changes no bit.
  constexpr double kHalfTurn = 0x1p63;
  const auto harmonics_below = [this](double limit, std::int64_t step) {
    return step == 0 ? active_
                     : static_cast<int>(std::min<double>(active_, limit / static_cast<double>(step)));
  };
  job.start = start_.data();
  job.slope = slope_.data();
  job.index = index_;
  job.frames = frames;
  job.full = harmonics_below(kHalfTurn * kFadeStart * 0.9999, highest);
  job.partial = std::max(job.full, harmonics_below(kHalfTurn * 1.0001, lowest));
  if (active_ == 0) {
    std::fill_n(out, frames, 0.f);
  } else if (frames == kChunk) {
    kernel_(job, out);
  } else {
    alignas(64) float scratch[kChunk];
    kernel_(job, scratch);
    std::copy_n(scratch, frames, out);
  }
  if (frames_ > 0) {
    index_ += frames;
    if (index_ == frames_) finish_frame();
  }
}

}  // namespace continuo::dsp
