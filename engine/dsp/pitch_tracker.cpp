#include "engine/dsp/pitch_tracker.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace continuo::dsp {
namespace {

constexpr float kTwoPi = 6.28318530718f;
// Harmonics above this tell little about the pitch and make dips narrower than a sample; noise is there too.
constexpr double kLowPassHz = 8000;
// What an octave down costs, in units of the normalised difference: this and a share of the frame's deepest
// dip. More would lose belted vowels, whose second harmonic outshouts the rest.
constexpr float kOctave = 0.03f, kOctaveShare = 0.2f;
// A period is none when a half, a third or a quarter of it is a dip too (below kDip) and, of its low
// partials, those that the shorter period lacks are on average this much softer than the others. So the
// attack of a reed, two periods of which differ by high partials alone, is no octave lower; and a belted
// vowel, whose one loud partial is the second, is no octave higher.
constexpr float kDip = 0.6f, kAbsentDb = -11;
constexpr int kMostParts = 4, kLowPartials = 4;  // of the shorter period
constexpr float kQuietest = 1e-4f;               // of the loudest partial's power: softer ones count as that
constexpr float kFarDeeper = 0.5f;               // dips that much above the deepest are none
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
  window_.resize(static_cast<std::size_t>(length_));
  for (int i = 0; i < length_; ++i)
    window_[static_cast<std::size_t>(i)] =
        1 - std::cos(kTwoPi * static_cast<float>(i) / static_cast<float>(length_));
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

// The lag itself, or the part of it that is the true period.
int PitchTracker::shortest(int lag) const noexcept {
  for (int parts = 2; parts <= kMostParts;) {
    const int near = static_cast<int>(std::lround(static_cast<double>(lag) / parts));
    if (near - 2 < min_lag_) return lag;
    int dip = near - 2;
    for (int l = near - 1; l <= near + 2; ++l) dip = normalised(l) < normalised(dip) ? l : dip;
    if (normalised(dip) > kDip || foreign_db(refine(lag), parts) > kAbsentDb) {
      ++parts;
    } else {
      lag = dip;
      parts = 2;
    }
  }
  return lag;
}

// How loud those low partials of `period` are that are none of period / parts, beside those that are: means,
// dB.
float PitchTracker::foreign_db(float period, int parts) const noexcept {
  constexpr int kMost = kLowPartials * kMostParts;
  alignas(64) float cosine[kMost], sine[kMost], turn_cosine[kMost], turn_sine[kMost];
  alignas(64) float real[kMost] = {}, imaginary[kMost] = {};
  for (int k = 0; k < kMost; ++k) {
    const float turn = kTwoPi * static_cast<float>(k + 1) / period;
    cosine[k] = 1, sine[k] = 0, turn_cosine[k] = std::cos(turn), turn_sine[k] = std::sin(turn);
  }
  const float* x = linear_.data() + box_ - 1;
  for (int i = 0; i < length_; ++i) {
    const float value = x[i] * window_[static_cast<std::size_t>(i)];
    for (int k = 0; k < kMost; ++k) {
      real[k] += value * cosine[k], imaginary[k] += value * sine[k];
      const float next = cosine[k] * turn_cosine[k] - sine[k] * turn_sine[k];
      sine[k] = sine[k] * turn_cosine[k] + cosine[k] * turn_sine[k], cosine[k] = next;
    }
  }
  const int count = std::min(kLowPartials * parts, static_cast<int>(0.5f * period));
  float loudest = 0;
  for (int k = 0; k < count; ++k) {
    real[k] = real[k] * real[k] + imaginary[k] * imaginary[k];
    loudest = std::max(loudest, real[k]);
  }
  float own = 0, foreign = 0;
  int owns = 0;
  for (int k = 0; k < count; ++k) {
    const bool mine = (k + 1) % parts == 0;
    (mine ? own : foreign) += 10 * std::log10(std::max(real[k], loudest * kQuietest) + 1e-20f);
    owns += mine ? 1 : 0;
  }
  return owns > 0 ? foreign / static_cast<float>(count - owns) - own / static_cast<float>(owns) : 0;
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
  const int lag = shortest(choose());
  frame.f0_hz = static_cast<float>(spec_.sample_rate) / refine(lag);
  frame.aperiodicity = std::min(1.f, normalised(lag));
  frame.voiced = frame.aperiodicity < spec_.voiced_below;
  return frame;
}

}  // namespace continuo::dsp
