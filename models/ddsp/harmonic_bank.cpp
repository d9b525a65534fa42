#include "models/ddsp/harmonic_bank.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "models/ddsp/clones.h"

namespace continuo::ddsp {
namespace {

constexpr int kBlock = 64;  // samples that go through the recurrence side by side

// Chebyshev's start for `kBlock` samples: sin(phi), 2 cos(phi) and how far each lies between the two frames.
struct Start {
  alignas(64) float sine[kBlock];
  alignas(64) float twice_cosine[kBlock];
  alignas(64) float position[kBlock];  // 0..1
};

CONTINUO_CLONES
void sum_harmonics(const Start& start, const float* from, const float* to, int harmonics, float* out) {
  alignas(64) float s[kBlock], previous[kBlock] = {}, steady[kBlock] = {}, moving[kBlock] = {};
  for (int i = 0; i < kBlock; ++i) s[i] = start.sine[i];
  for (int k = 0; k < harmonics; ++k) {
    const float a = from[k], d = to[k] - from[k];
    for (int i = 0; i < kBlock; ++i) {
      steady[i] += a * s[i];
      moving[i] += d * s[i];
      const float next = start.twice_cosine[i] * s[i] - previous[i];
      previous[i] = s[i];
      s[i] = next;
    }
  }
  for (int i = 0; i < kBlock; ++i) out[i] = steady[i] + start.position[i] * moving[i];
}

CONTINUO_CLONES
void correlate_harmonics(const Start& start, const float* gradient, int harmonics, float* from, float* to) {
  alignas(64) float s[kBlock], previous[kBlock] = {}, weighted[kBlock];
  for (int i = 0; i < kBlock; ++i) {
    s[i] = start.sine[i];
    weighted[i] = gradient[i] * start.position[i];
  }
  for (int k = 0; k < harmonics; ++k) {
    alignas(64) float all[16] = {}, late[16] = {};
    for (int i = 0; i < kBlock; i += 16) {
      for (int l = 0; l < 16; ++l) {
        const float value = s[i + l];
        all[l] += gradient[i + l] * value;
        late[l] += weighted[i + l] * value;
        s[i + l] = start.twice_cosine[i + l] * value - previous[i + l];
        previous[i + l] = value;
      }
    }
    float sum_all = 0, sum_late = 0;
    for (int l = 0; l < 16; ++l) {
      sum_all += all[l];
      sum_late += late[l];
    }
    from[k] += sum_all - sum_late;
    to[k] += sum_late;
  }
}

// Calls visit(first sample, count, start) for each block of the interval from frame j to j + 1.
template <typename Visit>
void walk(std::span<const float> f0_hz, int hop, double sample_rate, Visit visit) {
  const int frames = static_cast<int>(f0_hz.size());
  Start start;
  double cycles = 0;
  for (int j = 0; j < frames; ++j) {
    const double f = f0_hz[static_cast<std::size_t>(j)] / sample_rate;
    const double next = f0_hz[static_cast<std::size_t>(std::min(j + 1, frames - 1))] / sample_rate;
    const double slope = (next - f) / (2.0 * hop);
    for (int begin = 0; begin < hop; begin += kBlock) {
      const int count = std::min(kBlock, hop - begin);
      for (int i = 0; i < kBlock; ++i) {
        const double n = begin + i;
        const double phase = cycles + f * n + slope * n * n;
        const float x = static_cast<float>(2 * std::numbers::pi * (phase - std::floor(phase)));
        start.sine[i] = std::sin(x);
        start.twice_cosine[i] = 2.f * std::cos(x);
        start.position[i] = static_cast<float>(n / hop);
      }
      visit(j, begin, count, start);
    }
    cycles += hop * (f + next) / 2;
    cycles -= std::floor(cycles);
  }
}

}  // namespace

void harmonic_bank(std::span<const float> amplitudes, std::span<const float> f0_hz, int harmonics, int hop,
                   double sample_rate, std::span<float> audio) {
  const int frames = static_cast<int>(f0_hz.size());
  walk(f0_hz, hop, sample_rate, [&](int j, int begin, int count, const Start& start) {
    const float* from = amplitudes.data() + static_cast<std::ptrdiff_t>(j) * harmonics;
    const float* to =
        amplitudes.data() + static_cast<std::ptrdiff_t>(std::min(j + 1, frames - 1)) * harmonics;
    alignas(64) float out[kBlock];
    sum_harmonics(start, from, to, harmonics, out);
    std::copy_n(out, count, audio.data() + static_cast<std::ptrdiff_t>(j) * hop + begin);
  });
}

void harmonic_bank_gradient(std::span<const float> audio_gradient, std::span<const float> f0_hz,
                            int harmonics, int hop, double sample_rate, std::span<float> amplitude_gradient) {
  const int frames = static_cast<int>(f0_hz.size());
  std::fill(amplitude_gradient.begin(), amplitude_gradient.end(), 0.f);
  walk(f0_hz, hop, sample_rate, [&](int j, int begin, int count, const Start& start) {
    alignas(64) float gradient[kBlock] = {};
    std::copy_n(audio_gradient.data() + static_cast<std::ptrdiff_t>(j) * hop + begin, count, gradient);
    float* from = amplitude_gradient.data() + static_cast<std::ptrdiff_t>(j) * harmonics;
    float* to =
        amplitude_gradient.data() + static_cast<std::ptrdiff_t>(std::min(j + 1, frames - 1)) * harmonics;
    correlate_harmonics(start, gradient, harmonics, from, to);
  });
}

}  // namespace continuo::ddsp
