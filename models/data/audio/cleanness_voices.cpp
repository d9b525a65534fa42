// One voice or several in unison.
//
// The partials of one voice move together: k times the same pitch, with a gain of their own that follows the
// vowel and the vibrato (they slide over the resonances of body and room). Voices in unison are never exactly
// in tune, and each partial beats by itself. So each partial is followed against the common pitch, what its
// noise explains (measured half way to the next partial) is taken off, then what the vibrato explains: its
// cycle's first three harmonics. What is left is how far partials stray on their own, in cents, and how much
// of their complex envelope.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "models/data/audio/cleanness_parts.h"
#include "models/data/audio/least_squares.h"
#include "models/data/audio/phase_warp.h"

namespace continuo::data {
namespace {

constexpr double kStep = 0.005;    // s between looks at the partials
constexpr double kHighest = 5000;  // Hz; above, mp3 leaves no phases to trust
constexpr int kMostPartials = 24;
constexpr double kAudible = 30;     // a partial's power over its noise
constexpr double kFaintest = 1e-5;  // of the strongest partial's power
constexpr double kSteepest = 3000;  // cents a second; beyond, the tracked pitch lags
constexpr double kStretch = 1.2;    // s that are compared at once, half overlapped
constexpr double kCentsPerNeper = 1200 / std::numbers::ln2;

using Complex = std::complex<double>;

// Partials over time. Arrays of partials hold [looks] each.
struct Partials {
  double hz = 0;  // median pitch
  double window_s = 0;
  std::vector<double> numbers;                 // 1, 2, 3 ...
  std::vector<std::vector<Complex>> envelope;  // against the tracked pitch
  std::vector<std::vector<double>> noise;      // power half way to the neighbours
  std::vector<double> f0;                      // tracked, Hz
  std::size_t looks() const { return f0.size(); }
};

Partials follow_partials(PhaseWarp& warp, double sample_rate) {
  Partials out;
  out.hz = warp.median_hz();
  const int periods = 2 * static_cast<int>(std::ceil(std::max(0.04 * out.hz, 4.0) / 2 - 1e-9));
  out.window_s = periods / out.hz;
  const int count =
      std::min(kMostPartials, static_cast<int>(std::min(kHighest, 0.45 * sample_rate) / out.hz));
  for (int k = 1; k <= count; ++k) out.numbers.push_back(k);
  out.envelope.resize(out.numbers.size());
  out.noise.resize(out.numbers.size());
  for (double t = warp.begin_s(); t < warp.end_s(); t += kStep) {
    const auto bins = warp.spectrum(t, periods);
    if (bins.empty()) continue;
    const double cycles = warp.cycles_at(t);
    const auto power = [&](int halves) {
      return std::norm(bins[static_cast<std::size_t>(halves * periods / 2)]);
    };
    for (std::size_t p = 0; p < out.numbers.size(); ++p) {
      const int k = static_cast<int>(p) + 1;
      const double turn = -2 * std::numbers::pi * std::fmod(k * cycles, 1.0);
      out.envelope[p].push_back(Complex(bins[static_cast<std::size_t>(k * periods)]) * std::polar(1.0, turn));
      out.noise[p].push_back(0.5 * (power(2 * k - 1) + power(2 * k + 1)) + 1e-16);
    }
    out.f0.push_back(warp.f0_at(t));
  }
  return out;
}

// The phase of the vibrato (4 to 7.5 Hz) in a pitch curve, one value a look.
std::vector<double> vibrato_phase(const std::vector<double>& cents) {
  constexpr int kReach = static_cast<int>(0.5 / kStep);
  std::vector<Complex> kernel;
  for (int i = -kReach; i <= kReach; ++i) {
    const double t = i * kStep;
    kernel.push_back(std::exp(-0.5 * std::pow(2 * std::numbers::pi * t, 2)) *
                     std::polar(1.0, 2 * std::numbers::pi * 5.7 * t));
  }
  double mean = 0;
  for (const double c : cents) mean += c / static_cast<double>(cents.size());
  std::vector<double> phase(cents.size());
  const int n = static_cast<int>(cents.size());
  for (int j = 0; j < n; ++j) {
    Complex sum{};
    for (int i = std::max(0, j - kReach); i <= std::min(n - 1, j + kReach); ++i) {
      sum += (cents[static_cast<std::size_t>(i)] - mean) * kernel[static_cast<std::size_t>(j - i + kReach)];
    }
    phase[static_cast<std::size_t>(j)] = std::arg(sum);
  }
  return phase;
}

// What each partial does between two looks, beyond k times what all do.
struct Strays {
  std::vector<std::vector<double>> hz;         // [partial][look], only good where heard
  std::vector<std::vector<double>> heard;      // 1 where it stands out of its noise
  std::vector<std::vector<double>> noise;      // variance of `hz` by noise alone
  std::vector<std::vector<Complex>> envelope;  // against the common pitch
  std::vector<std::vector<double>> noise_power;
  std::vector<double> steady;   // 1 where the pitch does not rush
  std::vector<double> vibrato;  // phase
};

Strays stray(const Partials& partials) {
  const std::size_t count = partials.numbers.size(), looks = partials.looks() - 1;
  Strays out;
  out.hz.assign(count, std::vector<double>(looks, 0));
  out.heard = out.noise = out.noise_power = out.hz;
  out.envelope.assign(count, std::vector<Complex>(looks));
  out.steady.resize(looks);
  double strongest = 0;
  for (const auto& envelope : partials.envelope) {
    for (const Complex& z : envelope) strongest = std::max(strongest, std::norm(z));
  }
  std::vector<double> cents(looks);
  double common_cycles = 0;
  for (std::size_t j = 0; j < looks; ++j) {
    double sum = 0, weight = 0;
    for (std::size_t p = 0; p < count; ++p) {
      const Complex before = partials.envelope[p][j], after = partials.envelope[p][j + 1];
      const double power = std::min(std::norm(before), std::norm(after));
      const double noise = 0.5 * (partials.noise[p][j] + partials.noise[p][j + 1]);
      out.noise[p][j] = noise / std::max(power, 1e-30) / (6 * partials.window_s * partials.window_s);
      out.heard[p][j] = power > kAudible * noise && power > kFaintest * strongest ? 1 : 0;
      out.hz[p][j] = std::arg(after * std::conj(before)) / (2 * std::numbers::pi * kStep);
      const double k = partials.numbers[p];
      sum += out.heard[p][j] * k * out.hz[p][j];
      weight += out.heard[p][j] * k * k;
    }
    const double common = weight > 0 ? sum / weight : 0;
    common_cycles += common * kStep;
    for (std::size_t p = 0; p < count; ++p) {
      const double k = partials.numbers[p];
      out.hz[p][j] -= k * common;
      out.envelope[p][j] =
          partials.envelope[p][j + 1] * std::polar(1.0, -2 * std::numbers::pi * k * common_cycles);
      out.noise_power[p][j] = partials.noise[p][j + 1];
    }
    cents[j] = kCentsPerNeper * std::log(std::max(partials.f0[j + 1] + common, 1.0) / partials.hz);
    const std::size_t last = looks, from = j > 0 ? j : 0, to = std::min(j + 2, last);
    const double slope = kCentsPerNeper * std::log(partials.f0[to] / partials.f0[from]) /
                         (static_cast<double>(to - from) * kStep);
    out.steady[j] = std::abs(slope) < kSteepest ? 1 : 0;
    for (std::size_t p = 0; p < count; ++p) out.heard[p][j] *= out.steady[j];
  }
  out.vibrato = vibrato_phase(cents);
  return out;
}

// Of one stretch: the strays by power of pitch and by partial, and the share of the envelopes that nothing
// explains.
struct Spread {
  double weighted_cents = 0, mean_cents = 0, share = 0;
};

std::optional<Spread> spread_of(const Partials& partials, const Strays& strays, std::size_t begin,
                                std::size_t end) {
  const std::size_t looks = end - begin;
  const auto cut = [&](const auto& values) {
    return std::vector(values.begin() + static_cast<std::ptrdiff_t>(begin),
                       values.begin() + static_cast<std::ptrdiff_t>(end));
  };
  std::vector<std::vector<double>> columns(1, std::vector<double>(looks, 1.0));
  if (static_cast<double>(looks) * kStep > 0.7) {
    for (int m = 1; m <= 3; ++m) {
      for (const double quarter : {0.0, 0.5}) {
        auto& column = columns.emplace_back(looks);
        for (std::size_t j = 0; j < looks; ++j) {
          column[j] = std::cos(m * strays.vibrato[begin + j] - quarter * std::numbers::pi);
        }
      }
    }
  }
  auto with_trend = columns;
  auto& trend = with_trend.emplace_back(looks);
  for (std::size_t j = 0; j < looks; ++j)
    trend[j] = 2.0 * static_cast<double>(j) / static_cast<double>(looks) - 1;
  const auto steady = cut(strays.steady);
  const Projection explained(with_trend, steady);

  double left = 0, noise = 0, scale = 0, cents = 0, share = 0;
  int usable = 0;
  for (std::size_t p = 0; p < partials.numbers.size(); ++p) {
    const auto heard = cut(strays.heard[p]);
    const auto hz = cut(strays.hz[p]);
    const double pitch = partials.numbers[p] * partials.hz;
    double count = 0, by_noise = 0;
    for (std::size_t j = 0; j < looks; ++j) {
      count += heard[j];
      by_noise += heard[j] * strays.noise[p][begin + j];
    }
    scale += count * pitch * pitch;
    noise += by_noise;
    if (count < 0.5 * static_cast<double>(looks)) {
      for (std::size_t j = 0; j < looks; ++j) left += heard[j] * hz[j] * hz[j];
      continue;
    }
    const double unexplained = Projection(columns, heard).unexplained(hz);
    left += unexplained;
    cents += (unexplained - by_noise) / count / (pitch * pitch);
    const auto envelope = cut(strays.envelope[p]);
    double power = 0, hiss = 0;
    for (std::size_t j = 0; j < looks; ++j) {
      power += steady[j] * std::norm(envelope[j]);
      hiss += steady[j] * strays.noise_power[p][begin + j];
    }
    share += std::max(explained.unexplained(envelope) - hiss, 0.0) / power;
    ++usable;
  }
  if (usable < 2) return {};
  return Spread{kCentsPerNeper * std::sqrt(std::max(left - noise, 0.0) / scale),
                kCentsPerNeper * std::sqrt(std::max(cents / usable, 0.0)), share / usable};
}

struct Weighted {
  double value = 0, weight = 0;
};

// The value that `share` of the weight lies below.
double percentile(std::vector<Weighted>& values, double share) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  double total = 0, sum = 0;
  for (const Weighted& v : values) total += v.weight;
  // Each value stands at the middle of its weight; linear in between.
  double before = -1, last = values.front().value;
  for (const Weighted& v : values) {
    const double at = (sum + 0.5 * v.weight) / total;
    if (at >= share) return before < 0 ? v.value : last + (v.value - last) * (share - before) / (at - before);
    sum += v.weight;
    before = at;
    last = v.value;
  }
  return last;
}

}  // namespace

std::optional<double> partial_spread(std::span<const float> audio, double sample_rate,
                                     const Features& features, int hop) {
  constexpr double kLow = 0.35;  // percentile over the stretches: a voice may be unsettled now and then
  std::vector<Weighted> weighted, mean, share;
  PhaseWarp warp(audio, sample_rate, 2048);
  const auto shortest = static_cast<std::size_t>(0.2 * sample_rate / hop);
  for (const VoicedRun run : voiced_runs(features, shortest)) {
    warp.follow(features, hop, run);
    const Partials partials = follow_partials(warp, sample_rate);
    if (partials.numbers.size() < 3 || partials.looks() < 16) continue;
    const Strays strays = stray(partials);
    const std::size_t looks = partials.looks() - 1;
    const std::size_t length = std::min(static_cast<std::size_t>(kStretch / kStep), looks);
    for (std::size_t begin = 0; begin + length <= looks; begin += std::max<std::size_t>(length / 2, 1)) {
      if (const auto spread = spread_of(partials, strays, begin, begin + length)) {
        const auto weight = static_cast<double>(length);
        weighted.push_back({spread->weighted_cents, weight});
        mean.push_back({spread->mean_cents, weight});
        share.push_back({spread->share, weight});
      }
    }
  }
  if (weighted.empty()) return {};
  // Both ways to weigh the partials miss something: with their frequency, the low ones of a high voice hardly
  // count; without, a formant's movement at the first partial counts too much. The share tells a voice whose
  // few strays are sudden (a consonant) from one whose envelopes wander all the time.
  return std::sqrt(percentile(weighted, kLow) * percentile(mean, kLow)) *
         std::pow(percentile(share, kLow), 0.25);
}

}  // namespace continuo::data
