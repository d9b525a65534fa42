#include "engine/players/free_pulse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace continuo::players {
namespace {

constexpr double kShortest_s = 0.3, kLongest_s = 1.5;
constexpr double kStep = 1.004;  // from one period that is tried to the next
constexpr int kPhases = 96;
constexpr double kPreferred_s = 60.0 / 105, kPreference_octaves = 0.8;
constexpr double kLeastClarity = 0.5;
// What an onset counts on a beat, an eighth and a sixteenth.
struct Level {
  int division;
  double weight;
};
constexpr std::array<Level, 3> kLevels{{{1, 1.0}, {2, 0.8}, {4, 0.6}}};

struct Fit {
  double score = -1, first_s = 0;
};

Fit fit(std::span<const Onset> onsets, double beat_s, double weights) {
  std::array<std::complex<double>, kLevels.size()> sums{};
  for (const Onset& onset : onsets) {
    const double turn = 2 * std::numbers::pi * (onset.time_s - onsets.front().time_s) / beat_s;
    for (size_t l = 0; l < kLevels.size(); ++l)
      sums[l] += static_cast<double>(onset.weight) * std::polar(1.0, kLevels[l].division * turn);
  }
  Fit best;
  for (int p = 0; p < kPhases; ++p) {
    const double phase = 2 * std::numbers::pi * p / kPhases;
    double score = 0;
    for (size_t l = 0; l < kLevels.size(); ++l)
      score += kLevels[l].weight * (sums[l] * std::polar(1.0, -kLevels[l].division * phase)).real();
    if (score / weights > best.score) best = {score / weights, onsets.front().time_s + beat_s * p / kPhases};
  }
  const double octaves = std::log2(beat_s / kPreferred_s) / kPreference_octaves;
  best.score *= std::exp(-0.5 * octaves * octaves);
  return best;
}

// How much of it lies on the sixteenths.
double clarity(std::span<const Onset> onsets, const Pulse& pulse, double weights) {
  std::complex<double> sum;
  for (const Onset& onset : onsets) {
    const double turn = 2 * std::numbers::pi * 4 * (onset.time_s - pulse.first_s) / pulse.beat_s;
    sum += static_cast<double>(onset.weight) * std::polar(1.0, turn);
  }
  return std::max(0.0, sum.real()) / weights;
}

}  // namespace

std::optional<Pulse> free_pulse(std::span<const Onset> onsets) {
  if (onsets.size() < 3) return std::nullopt;
  double weights = 0;
  for (const Onset& onset : onsets) weights += static_cast<double>(onset.weight);
  if (!(weights > 0)) return std::nullopt;
  Pulse best;
  double most = -1;
  for (double beat_s = kShortest_s; beat_s <= kLongest_s; beat_s *= kStep) {
    const Fit found = fit(onsets, beat_s, weights);
    if (found.score <= most) continue;
    most = found.score;
    best = {beat_s, found.first_s, 0};
  }
  best.clarity = clarity(onsets, best, weights);
  if (best.clarity < kLeastClarity) return std::nullopt;
  return best;
}

}  // namespace continuo::players
