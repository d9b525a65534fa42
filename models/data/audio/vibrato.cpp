// Vibrato.
#include "models/data/audio/vibrato.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace continuo::data {

namespace {

constexpr double kShortest_s = 0.6, kLongest_s = 6, kTrend_s = 0.4;
constexpr double kSlowest_hz = 3.5, kFastest_hz = 9, kStep_hz = 0.1;
constexpr double kLeast_cents = 8;

// The longest run with a pitch, or its middle where it is very long.
std::span<const float> longest_run(std::span<const float> f0_hz, double frame_rate) {
  std::size_t best = 0, length = 0, begin = 0;
  for (std::size_t j = 0; j <= f0_hz.size(); ++j) {
    // A leap of more than three semitones between frames is another note, or an error.
    const bool joined = j < f0_hz.size() && f0_hz[j] > 0 &&
                        (j == begin || std::abs(std::log2(f0_hz[j] / f0_hz[j - 1])) < 0.25);
    if (joined) continue;
    if (j - begin > length) best = begin, length = j - begin;
    begin = j < f0_hz.size() && f0_hz[j] > 0 ? j : j + 1;
  }
  const auto most = static_cast<std::size_t>(kLongest_s * frame_rate);
  if (length > most) best += (length - most) / 2, length = most;
  return f0_hz.subspan(best, length);
}

// Cents around the mean of the neighbourhood: glides and drifts are no vibrato.
std::vector<double> around_trend(std::span<const float> f0_hz, double frame_rate) {
  std::vector<double> cents(f0_hz.size()), sums(f0_hz.size() + 1, 0.0);
  for (std::size_t j = 0; j < cents.size(); ++j) {
    cents[j] = 1200 * std::log2(f0_hz[j]);
    sums[j + 1] = sums[j] + cents[j];
  }
  const auto reach = static_cast<std::size_t>(kTrend_s / 2 * frame_rate);
  std::vector<double> out(cents.size());
  for (std::size_t j = 0; j < cents.size(); ++j) {
    const std::size_t both = std::min({reach, j, cents.size() - 1 - j});
    const double mean = (sums[j + both + 1] - sums[j - both]) / static_cast<double>(2 * both + 1);
    out[j] = cents[j] - mean;
  }
  return out;
}

}  // namespace

Vibrato find_vibrato(std::span<const float> f0_hz, double frame_rate) {
  const auto run = longest_run(f0_hz, frame_rate);
  if (static_cast<double>(run.size()) < kShortest_s * frame_rate) return {};
  const std::vector<double> cents = around_trend(run, frame_rate);
  std::vector<double> window(cents.size());
  double sum = 0;
  for (std::size_t j = 0; j < window.size(); ++j) {
    window[j] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(j) + 0.5) /
                                     static_cast<double>(window.size()));
    sum += window[j];
  }
  Vibrato best;
  for (double hz = kSlowest_hz; hz <= kFastest_hz; hz += kStep_hz) {
    const auto turn = std::polar(1.0, -2 * std::numbers::pi * hz / frame_rate);
    std::complex<double> phase = 1, total = 0;
    for (std::size_t j = 0; j < cents.size(); ++j) {
      total += window[j] * cents[j] * phase;
      phase *= turn;
    }
    // The moving mean takes sinc(0.4 s * hz) of the swing with it.
    const double x = std::numbers::pi * hz * kTrend_s;
    const double extent = 2 * std::abs(total) / sum / (1 - std::sin(x) / x);
    if (extent > best.extent_cents) best = {hz, extent};
  }
  return best.extent_cents >= kLeast_cents ? best : Vibrato{0, best.extent_cents};
}

}  // namespace continuo::data
