#include "models/data/audio/phase_warp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace continuo::data {

std::vector<VoicedRun> voiced_runs(const Features& features, std::size_t shortest_frames) {
  constexpr float kBelowLoudest = 30, kJump = 1.5f;  // dB, semitones a frame
  std::vector<VoicedRun> runs;
  if (features.frames() == 0) return runs;
  const float loudest = *std::max_element(features.db.begin(), features.db.end());
  const float floor = std::max(-60.f, loudest - kBelowLoudest);
  const auto sounds = [&](std::size_t j) { return features.voiced[j] && features.db[j] > floor; };
  for (std::size_t j = 0; j < features.frames();) {
    if (!sounds(j)) {
      ++j;
      continue;
    }
    const std::size_t begin = j++;
    while (j < features.frames() && sounds(j) && std::abs(features.midi[j] - features.midi[j - 1]) < kJump)
      ++j;
    if (j - begin >= shortest_frames) runs.push_back({begin, j});
  }
  return runs;
}

Features without_slips(const Features& features, std::size_t frames_a_second) {
  constexpr float kNear = 0.8f;        // semitones
  constexpr std::size_t kLongest = 3;  // frames without a pitch
  Features out = features;
  const std::size_t reach = frames_a_second / 2;
  std::vector<float> around;
  for (std::size_t j = 0; j < features.frames(); ++j) {
    if (!features.voiced[j]) continue;
    around.clear();
    const std::size_t end = std::min(features.frames(), j + reach + 1);
    for (std::size_t i = j > reach ? j - reach : 0; i < end; i += 2) {
      if (features.voiced[i]) around.push_back(features.midi[i]);
    }
    if (around.size() < 3) continue;
    const auto middle = around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2);
    std::nth_element(around.begin(), middle, around.end());
    const float off = features.midi[j] - *middle, octaves = 12 * std::round(off / 12);
    if (octaves != 0 && std::abs(off - octaves) < kNear) out.midi[j] -= octaves;
  }
  for (std::size_t j = 1; j < out.frames(); ++j) {
    if (out.voiced[j] || !out.voiced[j - 1]) continue;
    std::size_t next = j;
    while (next < out.frames() && !out.voiced[next] && next - j < kLongest) ++next;
    if (next == out.frames() || !out.voiced[next]) continue;
    const float from = out.midi[j - 1], to = out.midi[next];
    if (std::abs(to - from) > kNear) continue;
    for (std::size_t i = j; i < next; ++i) {
      out.voiced[i] = 1;
      out.midi[i] = from + (to - from) * static_cast<float>(i - j + 1) / static_cast<float>(next - j + 1);
    }
  }
  return out;
}

PhaseWarp::PhaseWarp(std::span<const float> audio, double sample_rate, int points)
    : audio_(audio),
      sample_rate_(sample_rate),
      window_(static_cast<std::size_t>(points)),
      warped_(static_cast<std::size_t>(points)),
      spectrum_(static_cast<std::size_t>(points / 2 + 1)) {
  fft_.prepare(points);
  for (int m = 0; m < points; ++m) {
    // Sums to 2, so that a sine of amplitude 1 reads 1.
    window_[static_cast<std::size_t>(m)] =
        static_cast<float>((2 - 2 * std::cos(2 * std::numbers::pi * m / points)) / points);
  }
}

void PhaseWarp::follow(const Features& features, int hop, VoicedRun run) {
  hop_s_ = hop / sample_rate_;
  f0_.clear();
  std::vector<double> sorted;
  for (std::size_t j = run.begin; j < run.end; ++j) {
    std::array<float, 5> near;
    for (std::size_t i = 0; i < 5; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(j + i) - 2;
      near[i] = features.midi[static_cast<std::size_t>(
          std::clamp(at, static_cast<std::ptrdiff_t>(run.begin), static_cast<std::ptrdiff_t>(run.end) - 1))];
    }
    std::nth_element(near.begin(), near.begin() + 2, near.end());
    f0_.push_back(440 * std::exp2((near[2] - 69) / 12));
  }
  sorted = f0_;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                   sorted.end());
  median_hz_ = sorted[sorted.size() / 2];

  first_ = run.begin * static_cast<std::size_t>(hop);
  const std::size_t last = std::min((run.end - 1) * static_cast<std::size_t>(hop), audio_.size() - 1);
  cycles_.assign(last > first_ ? last - first_ + 1 : 1, 0.0);
  for (std::size_t i = 1; i < cycles_.size(); ++i) {
    const std::size_t j = (i - 1) / static_cast<std::size_t>(hop);
    const double part = static_cast<double>((i - 1) % static_cast<std::size_t>(hop)) / hop;
    const double next = f0_[std::min(j + 1, f0_.size() - 1)];
    cycles_[i] = cycles_[i - 1] + (f0_[j] + part * (next - f0_[j])) / sample_rate_;
  }
}

double PhaseWarp::begin_s() const {
  return static_cast<double>(first_) / sample_rate_;
}
double PhaseWarp::end_s() const {
  return static_cast<double>(first_ + cycles_.size() - 1) / sample_rate_;
}

double PhaseWarp::f0_at(double seconds) const {
  const double at = std::clamp((seconds - begin_s()) / hop_s_, 0.0, static_cast<double>(f0_.size() - 1));
  const auto j = static_cast<std::size_t>(at);
  const double next = f0_[std::min(j + 1, f0_.size() - 1)];
  return f0_[j] + (at - static_cast<double>(j)) * (next - f0_[j]);
}

double PhaseWarp::cycles_at(double seconds) const {
  const double at = std::clamp(seconds * sample_rate_ - static_cast<double>(first_), 0.0,
                               static_cast<double>(cycles_.size() - 1));
  const auto i = static_cast<std::size_t>(at);
  const double next = cycles_[std::min(i + 1, cycles_.size() - 1)];
  return cycles_[i] + (at - static_cast<double>(i)) * (next - cycles_[i]);
}

std::span<const std::complex<float>> PhaseWarp::spectrum(double seconds, int periods) {
  const double step = static_cast<double>(periods) / static_cast<double>(warped_.size());
  double target = cycles_at(seconds) - 0.5 * periods;
  if (target < 0 || target + periods >= cycles_.back()) return {};
  auto i =
      static_cast<std::size_t>(std::upper_bound(cycles_.begin(), cycles_.end(), target) - cycles_.begin()) -
      1;
  for (std::size_t m = 0; m < warped_.size(); ++m, target += step) {
    while (cycles_[i + 1] <= target) ++i;
    const auto part = static_cast<float>((target - cycles_[i]) / (cycles_[i + 1] - cycles_[i]));
    const float here = audio_[first_ + i], next = audio_[first_ + i + 1];
    warped_[m] = window_[m] * (here + part * (next - here));
  }
  fft_.forward(warped_.data(), spectrum_.data());
  return spectrum_;
}

}  // namespace continuo::data
