#include "engine/dsp/pitch_tracker.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace continuo::dsp {
namespace {

// Harmonics above this tell little about the pitch and make dips narrower than a sample; noise is there too.
constexpr double kLowPassHz = 8000;
// What an octave down costs, in units of the normalised difference: this and a share of the frame's deepest
// dip. More would cure the suboctaves of some instruments' attacks (bench/pitch_figures.cpp) and lose belted
// vowels, whose second harmonic outshouts the rest (tests/models/data/make/singer_test.cpp).
constexpr float kOctave = 0.03f, kOctaveShare = 0.2f;
constexpr float kFarDeeper = 0.5f;  // dips that much above the deepest are none
// The parabola spans this share of the lag where the dip is deep, and less where it is shallow.
constexpr float kReach = 0.05f, kReachShare = 0.4f;

// The least even product of 2, 3 and 5 from `least` on.
int fft_size(int least) {
  for (int size = least + least % 2;; size += 2) {
    int rest = size;
    for (const int prime : {2, 3, 5}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return size;
  }
}

void box(const float* in, int count, int width, float* out) noexcept {
  const float scale = 1.f / static_cast<float>(width);
  for (int i = 0; i < count; ++i) {
    float sum = 0;
    for (int k = 0; k < width; ++k) sum += in[i + k];
    out[i] = scale * sum;
  }
}

}  // namespace

void PitchTracker::prepare(const PitchSpec& spec) {
  if (spec.hop < 1 || spec.min_hz <= 0 || spec.max_hz <= spec.min_hz || spec.max_hz > spec.sample_rate / 4 ||
      spec.window_ms <= 0) {
    throw std::invalid_argument("pitch tracker: need 0 < min_hz < max_hz <= sample_rate / 4 and hop >= 1");
  }
  spec_ = spec;
  min_lag_ = std::max(2, static_cast<int>(spec.sample_rate / spec.max_hz) - 1);
  max_lag_ = static_cast<int>(spec.sample_rate / spec.min_hz) + 2;
  length_ = (static_cast<int>(spec.window_ms * 1e-3 * spec.sample_rate) + max_lag_) / 2 * 2;
  box_ = std::max(1, static_cast<int>(std::lround(spec.sample_rate / kLowPassHz)));
  latency_ = length_ / 2 + box_ - 1;
  fft_.prepare(fft_size(length_ + max_lag_ + 2));
  ring_.assign(static_cast<std::size_t>(2 * latency_), 0.f);
  linear_.assign(ring_.size(), 0.f);
  frame_.assign(static_cast<std::size_t>(fft_.size()), 0.f);
  spectrum_.assign(static_cast<std::size_t>(fft_.bins()), {});
  energy_.assign(static_cast<std::size_t>(length_) + 1, 0.);
  difference_.assign(static_cast<std::size_t>(max_lag_) + 2, 0.f);
  normalised_.assign(difference_.size(), 1.f);
  reset();
}

void PitchTracker::reset() noexcept {
  std::fill(ring_.begin(), ring_.end(), 0.f);
  write_ = 0;
  until_frame_ = latency_;
}

std::size_t PitchTracker::process(std::span<const float> in, std::span<PitchFrame> out) noexcept {
  std::size_t frames = 0;
  for (const float x : in) {
    ring_[static_cast<std::size_t>(write_)] = x;
    write_ = write_ + 1 == 2 * latency_ ? 0 : write_ + 1;
    if (--until_frame_ > 0) continue;
    until_frame_ = spec_.hop;
    const PitchFrame frame = analyse();
    if (frames < out.size()) out[frames++] = frame;
  }
  return frames;
}

// The latest samples in order, through two boxes: a triangle about each sample.
void PitchTracker::smooth() noexcept {
  std::copy(ring_.begin() + write_, ring_.end(), linear_.begin());
  std::copy(ring_.begin(), ring_.begin() + write_, linear_.end() - write_);
  box(linear_.data(), length_ + box_ - 1, box_, linear_.data());
  box(linear_.data(), length_, box_, frame_.data());
  std::fill(frame_.begin() + length_, frame_.end(), 0.f);
  for (std::size_t i = 0; i + 1 < energy_.size(); ++i)
    energy_[i + 1] = energy_[i] + double{frame_[i]} * frame_[i];
}

// The mean square of the frame less itself `lag` later, over all samples that have a partner.
void PitchTracker::measure() noexcept {
  fft_.forward(frame_.data(), spectrum_.data());
  for (auto& bin : spectrum_) bin = std::norm(bin);
  fft_.inverse(spectrum_.data(), frame_.data());
  const double scale = 2.0 / fft_.size();
  const auto length = static_cast<std::size_t>(length_);
  double cumulative = 0;
  for (std::size_t lag = 1; lag < difference_.size(); ++lag) {
    const double both = energy_[length - lag] + energy_[length] - energy_[lag];
    const double mean = std::max(0.0, both - scale * double{frame_[lag]}) / static_cast<double>(length - lag);
    cumulative += mean;
    difference_[lag] = static_cast<float>(mean);
    normalised_[lag] =
        cumulative > 0 ? static_cast<float>(mean * static_cast<double>(lag) / cumulative) : 1.f;
  }
}

// How deep the dip at `lag` is between the lags: high notes have few samples a period.
float PitchTracker::bottom(int lag) const noexcept {
  const float before = normalised(lag - 1), at = normalised(lag), after = normalised(lag + 1);
  const float curve = before - 2 * at + after;
  return curve > 0 ? std::max(0.f, at - (before - after) * (before - after) / (8 * curve)) : at;
}

int PitchTracker::choose() const noexcept {
  const float deepest = *std::min_element(normalised_.begin() + min_lag_, normalised_.end() - 1);
  const float octave = kOctave + kOctaveShare * deepest;
  int best = min_lag_;
  float least = 1e9f;
  for (int lag = min_lag_; lag <= max_lag_; ++lag) {
    const float depth = normalised(lag);
    if (depth > deepest + kFarDeeper || depth > normalised(lag - 1) || depth > normalised(lag + 1)) continue;
    const float cost = bottom(lag) + octave * std::log2(static_cast<float>(lag));
    if (cost < least) least = cost, best = lag;
  }
  return best;
}

// Position of the dip around `lag`, samples: the lowest point of the parabola that fits the difference best.
float PitchTracker::refine(int lag) const noexcept {
  const float share = std::min(kReach, kReachShare * normalised(lag));
  const int widest = std::min(lag - 1, max_lag_ + 1 - lag);
  const int reach = std::clamp(static_cast<int>(static_cast<float>(lag) * share), 1, std::max(1, widest));
  double sum = 0, slope = 0, curve = 0, x2 = 0, x4 = 0;
  for (int i = -reach; i <= reach; ++i) {
    const double x = i, y = difference_[static_cast<std::size_t>(lag + i)];
    sum += y, slope += x * y, curve += x * x * y, x2 += x * x, x4 += x * x * x * x;
  }
  const double count = 2 * reach + 1;
  const double a = (count * curve - x2 * sum) / (count * x4 - x2 * x2);
  if (a <= 0) return static_cast<float>(lag);
  return static_cast<float>(lag + std::clamp(-0.5 * slope / (x2 * a), -count / 2, count / 2));
}

PitchFrame PitchTracker::analyse() noexcept {
  smooth();
  PitchFrame frame;
  if (!(energy_.back() / length_ > std::pow(10.0, spec_.silence_db / 10))) return frame;
  measure();
  const int lag = choose();
  frame.f0_hz = static_cast<float>(spec_.sample_rate) / refine(lag);
  frame.aperiodicity = std::min(1.f, normalised(lag));
  frame.voiced = frame.aperiodicity < spec_.voiced_below;
  return frame;
}

}  // namespace continuo::dsp
