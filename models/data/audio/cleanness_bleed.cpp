// Another pitch beside the voice: tones between its harmonics.
//
// With the voice's pitch held still by PhaseWarp, its power lies on its harmonics, and its breath as a floor
// between them. Lines that stand out of that floor belong to another sound: a second player, a click track,
// headphones. Half way between the harmonics nothing is counted: that is where a voice's own subharmonic lies
// (fry, period doubling).
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "engine/dsp/fft.h"
#include "models/data/audio/cleanness_parts.h"
#include "models/data/audio/phase_warp.h"

namespace continuo::data {
namespace {

constexpr int kPoints = 8192;
constexpr double kStep = 0.08;     // s
constexpr double kHighest = 5000;  // Hz
constexpr double kStandsOut = 12;  // times the gap's median power; noise alone does so once in 4000 bins

// Power of the comb and of the lines beside it, in one spectrum of `periods` periods.
struct Powers {
  double comb = 0, lines = 0;
  std::vector<double> harmonics;  // power of each
};

// Two pitches in a simple ratio (a fifth, a third) look like one at their common subharmonic; but of its
// harmonics only the multiples of two numbers are there, not the first. Power of the weaker one relative to
// the stronger; 0 when it is one comb.
double second_comb(const std::vector<double>& harmonics) {
  constexpr double kHoles = 0.003;  // share of the power in all other harmonics
  const int count = static_cast<int>(harmonics.size());
  double total = 0, found = 0;
  for (const double power : harmonics) total += power;
  for (int b = 3; 2 * b <= count; ++b) {
    for (int a = 2; a < b; ++a) {
      if (std::gcd(a, b) > 1) continue;
      double only_a = 0, only_b = 0, rest = 0;
      for (int k = 1; k <= count; ++k) {
        const double power = harmonics[static_cast<std::size_t>(k - 1)];
        if (k % a != 0 && k % b != 0) rest += power;
        if (k % a == 0 && k % b != 0) only_a += power;
        if (k % b == 0 && k % a != 0) only_b += power;
      }
      if (rest < kHoles * total) found = std::max(found, std::min(only_a, only_b) / std::max(only_a, only_b));
    }
  }
  return found;
}

Powers weigh(std::span<const std::complex<float>> bins, int periods, int harmonics) {
  const int lobe = std::max(4, static_cast<int>(0.12 * periods));  // bins on either side of a harmonic
  const int half = std::max(3, static_cast<int>(0.06 * periods));
  Powers out;
  std::vector<double> gap;
  for (int k = 1; k <= harmonics; ++k) {
    double harmonic = 0;
    for (int b = k * periods - lobe; b <= k * periods + lobe; ++b) {
      harmonic += std::norm(bins[static_cast<std::size_t>(b)]);
    }
    out.comb += harmonic;
    out.harmonics.push_back(harmonic);
    gap.clear();
    const int begin = k * periods + lobe + 1, end = (k + 1) * periods - lobe;
    const auto power = [&](int b) { return std::norm(bins[static_cast<std::size_t>(b)]); };
    const auto counts = [&](int b) { return std::abs(b - k * periods - periods / 2) > half; };
    for (int b = begin; b < end; ++b) {
      if (counts(b)) gap.push_back(power(b));
    }
    if (gap.size() < 4) continue;
    const double median = *percentile(gap, 0.5);
    double lines = 0;
    for (int b = begin; b < end; ++b) {
      // A peak, not the slope beside a harmonic that a wavering voice has. A line's lobe: 1.5 times its peak.
      const double here = power(b);
      if (!counts(b) || here < kStandsOut * median) continue;
      if (here > power(b - 1) && here > power(b - 2) && here >= power(b + 1) && here >= power(b + 2)) {
        lines += 1.5 * here;
      }
    }
    out.lines +=
        lines * (periods - 1) / static_cast<double>(gap.size());  // what the comb hides counts as well
  }
  return out;
}

// How many looks at loud stretches without a pitch (longer than any consonant) show lines all the same: notes
// with no period in common.
std::size_t pitchless_tones(std::span<const float> audio, double sample_rate, const Features& features,
                            int hop) {
  constexpr double kLoud = 20, kLongest = 0.25;  // dB under the loudest; s of a consonant
  constexpr double kLine = 20, kMostly = 0.7;    // over the median around; share of the power in lines
  constexpr int kAround = 24;                    // bins
  if (features.frames() == 0) return 0;
  int size = 256;
  while (size < 0.16 * sample_rate) size *= 2;
  dsp::RealFft fft;
  fft.prepare(size);
  const auto n = static_cast<std::size_t>(size);
  std::vector<float> in(n);
  std::vector<std::complex<float>> out(n / 2 + 1);
  std::vector<double> power(n / 2 + 1), around;
  const auto looks_tonal = [&](std::size_t begin) {
    for (std::size_t i = 0; i < n; ++i) {
      const double phase = 2 * std::numbers::pi * static_cast<double>(i) / size;
      in[i] = audio[begin + i] * static_cast<float>(0.5 - 0.5 * std::cos(phase));
    }
    fft.forward(in.data(), out.data());
    for (std::size_t b = 0; b < out.size(); ++b) power[b] = std::norm(out[b]);
    const int low = std::max(kAround, static_cast<int>(80 * size / sample_rate));
    const int high = static_cast<int>(std::min(kHighest, 0.45 * sample_rate) * size / sample_rate);
    const auto at = [&](int b) { return power[static_cast<std::size_t>(b)]; };
    double lines = 0, total = 0;
    for (int b = low; b < high; ++b) {
      total += at(b);
      if (at(b) < at(b - 1) || at(b) < at(b + 1) || at(b) < at(b - 2) || at(b) < at(b + 2)) continue;
      around.assign(power.begin() + b - kAround, power.begin() + b + kAround + 1);
      if (at(b) > kLine * *percentile(around, 0.5))
        lines += at(b - 2) + at(b - 1) + at(b) + at(b + 1) + at(b + 2);
    }
    return lines > kMostly * total;
  };
  const float floor = *std::max_element(features.db.begin(), features.db.end()) - static_cast<float>(kLoud);
  const auto shortest = static_cast<std::size_t>(kLongest * sample_rate / hop);
  const auto step = static_cast<std::size_t>(kStep * sample_rate);
  std::size_t count = 0;
  for (std::size_t j = 0, begin = 0; j <= features.frames(); ++j) {
    if (j < features.frames() && !features.voiced[j] && features.db[j] > floor) continue;
    const std::size_t end = std::min(j * static_cast<std::size_t>(hop), audio.size());
    if (j - begin >= shortest) {
      for (std::size_t at = begin * static_cast<std::size_t>(hop); at + n <= end; at += step) {
        count += looks_tonal(at) ? 1 : 0;
      }
    }
    begin = j + 1;
  }
  return count;
}

}  // namespace

std::optional<double> tonal_bleed(std::span<const float> audio, double sample_rate, const Features& features,
                                  int hop) {
  constexpr double kShare = 0.5;
  constexpr std::size_t kFewest = 5;  // looks, 0.4 s
  std::vector<double> ratios;
  PhaseWarp warp(audio, sample_rate, kPoints);
  for (const VoicedRun run : voiced_runs(features, static_cast<std::size_t>(0.2 * sample_rate / hop))) {
    warp.follow(features, hop, run);
    const double f0 = warp.median_hz();
    const int periods = 2 * static_cast<int>(std::max(0.16 * f0, 24.0) / 2);
    const int harmonics = static_cast<int>(std::min(kHighest, 0.45 * sample_rate) / f0);
    if (harmonics < 1 || (harmonics + 1) * periods >= kPoints / 2) continue;
    for (double t = warp.begin_s(); t < warp.end_s(); t += kStep) {
      const auto bins = warp.spectrum(t, periods);
      if (bins.empty()) continue;
      const Powers powers = weigh(bins, periods, harmonics);
      ratios.push_back(std::max(powers.lines / std::max(powers.comb, 1e-30), second_comb(powers.harmonics)));
    }
  }
  ratios.insert(ratios.end(), pitchless_tones(audio, sample_rate, features, hop), 1.0);
  if (ratios.size() < kFewest) return {};
  return 10 * std::log10(std::max(*percentile(ratios, kShare), 1e-9));
}

}  // namespace continuo::data
