#include "models/ddsp/analysis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/ddsp/clones.h"
#include "models/ddsp/lane_fft.h"

namespace continuo::ddsp {
namespace {

constexpr int kLanes = LaneFft::kLanes;
constexpr int kNoiseFft = 1024;
constexpr double kWhitePower = 1.0 / 3.0;  // of uniform noise in [-1, 1]

double hann(double position) {
  return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * position);
}

// Amplitudes of sin/cos at k * step (radians a sample) in a windowed stretch, by one rotating phasor a
// sample.
CONTINUO_CLONES
void project(const float* windowed, int length, double step, int harmonics, float* amplitudes) {
  for (int k = 1; k <= harmonics; ++k) {
    // Sixteen phasors a lane apart; double precision would not be heard here.
    alignas(64) float c[kLanes], s[kLanes], sum_c[kLanes] = {}, sum_s[kLanes] = {};
    for (int l = 0; l < kLanes; ++l) {
      c[l] = static_cast<float>(std::cos(k * step * l));
      s[l] = static_cast<float>(std::sin(k * step * l));
    }
    const auto turn_c = static_cast<float>(std::cos(k * step * kLanes));
    const auto turn_s = static_cast<float>(std::sin(k * step * kLanes));
    for (int n = 0; n + kLanes <= length; n += kLanes) {
      for (int l = 0; l < kLanes; ++l) {
        sum_c[l] += windowed[n + l] * c[l];
        sum_s[l] += windowed[n + l] * s[l];
        const float next = c[l] * turn_c - s[l] * turn_s;
        s[l] = s[l] * turn_c + c[l] * turn_s;
        c[l] = next;
      }
    }
    float re = 0, im = 0;
    for (int l = 0; l < kLanes; ++l) {
      re += sum_c[l];
      im += sum_s[l];
    }
    amplitudes[k - 1] = 2.f * std::sqrt(re * re + im * im);
  }
}

}  // namespace

ControlTrack analyse_controls(std::span<const float> audio, std::span<const float> f0_hz, int harmonics,
                              int bands, int hop, double sample_rate) {
  const int frames = static_cast<int>(f0_hz.size());
  const int samples = static_cast<int>(audio.size());
  ControlTrack track;
  track.harmonics = harmonics;
  track.bands = bands;
  track.amplitudes.assign(static_cast<std::size_t>(frames) * static_cast<std::size_t>(harmonics), 0.f);
  track.noise.assign(static_cast<std::size_t>(frames) * static_cast<std::size_t>(bands), 0.f);

  std::vector<float> windowed;
  for (int j = 0; j < frames; ++j) {
    const double f0 = f0_hz[static_cast<std::size_t>(j)];
    const int half = static_cast<int>(std::clamp(2.5 / f0, 0.012, 0.04) * sample_rate / 8) * 8;
    windowed.assign(static_cast<std::size_t>(2 * half), 0.f);
    double sum = 0;
    for (int n = 0; n < 2 * half; ++n) {
      const double w = hann((n + 0.5) / (2 * half));
      sum += w;
      const int at = j * hop - half + n;
      if (at >= 0 && at < samples) {
        windowed[static_cast<std::size_t>(n)] = static_cast<float>(w) * audio[static_cast<std::size_t>(at)];
      }
    }
    for (float& v : windowed) v /= static_cast<float>(sum);
    const int below = std::min(harmonics, static_cast<int>(std::ceil(sample_rate / 2 / f0)) - 1);
    project(windowed.data(), 2 * half, 2 * std::numbers::pi * f0 / sample_rate, below,
            track.amplitudes.data() + static_cast<std::ptrdiff_t>(j) * harmonics);
  }

  LaneFft fft;
  fft.prepare(kNoiseFft);
  const auto cells = static_cast<std::size_t>(kNoiseFft * kLanes);
  std::vector<float> re(cells), im(cells), work_re(cells), work_im(cells);
  std::vector<float> window(kNoiseFft);
  double energy = 0;
  for (int n = 0; n < kNoiseFft; ++n) {
    window[static_cast<std::size_t>(n)] = static_cast<float>(hann((n + 0.5) / kNoiseFft));
    energy += window[static_cast<std::size_t>(n)] * window[static_cast<std::size_t>(n)];
  }
  const double bin_hz = sample_rate / kNoiseFft;
  const double band_hz = sample_rate / 2 / (bands - 1);
  for (int first = 0; first < frames; first += kLanes) {
    std::fill(re.begin(), re.end(), 0.f);
    std::fill(im.begin(), im.end(), 0.f);
    for (int l = 0; l < kLanes && first + l < frames; ++l) {
      // The noise of frame j fills the hop after it, so its window is centred half a hop later.
      const int begin = (first + l) * hop + hop / 2 - kNoiseFft / 2;
      for (int n = std::max(0, -begin); n < kNoiseFft && begin + n < samples; ++n) {
        re[static_cast<std::size_t>(n * kLanes + l)] =
            window[static_cast<std::size_t>(n)] * audio[static_cast<std::size_t>(begin + n)];
      }
    }
    fft.forward(re.data(), im.data(), work_re.data(), work_im.data());
    for (int l = 0; l < kLanes && first + l < frames; ++l) {
      const double f0 = f0_hz[static_cast<std::size_t>(first + l)];
      float* noise = track.noise.data() + static_cast<std::ptrdiff_t>(first + l) * bands;
      for (int b = 0; b < bands; ++b) {
        double power = 0, lowest = 1e30;
        int used = 0;
        const int from = std::max(1, static_cast<int>((b - 0.75) * band_hz / bin_hz));
        const int to = std::min(kNoiseFft / 2, static_cast<int>((b + 0.75) * band_hz / bin_hz) + 1);
        for (int k = from; k <= to; ++k) {
          const auto cell = static_cast<std::size_t>(k * kLanes + l);
          const double p =
              static_cast<double>(re[cell]) * re[cell] + static_cast<double>(im[cell]) * im[cell];
          const double cycles = k * bin_hz / f0;
          const double away_hz = std::fabs(cycles - std::round(cycles)) * f0;
          lowest = std::min(lowest, p);
          if (away_hz < 2 * bin_hz && cycles > 0.5) continue;  // inside a harmonic's main lobe
          power += p;
          ++used;
        }
        const double mean = used > 0 ? power / used : lowest;
        noise[b] = static_cast<float>(std::sqrt(mean / (kWhitePower * energy)));
      }
    }
  }
  return track;
}

}  // namespace continuo::ddsp
