#include "models/ddsp/noise_filter.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "models/ddsp/clones.h"

namespace continuo::ddsp {
namespace {

constexpr int kBlock = 64;

// out[i] += sum_t h[t] * x[i - t] for `count` outputs; x has `taps - 1` samples of past in front.
CONTINUO_CLONES
void convolve(const float* h, const float* x, int taps, int count, float* out) {
  for (int begin = 0; begin < count; begin += kBlock) {
    const int n = std::min(kBlock, count - begin);
    if (n == kBlock) {
      alignas(64) float sum[kBlock] = {};
      for (int t = 0; t < taps; ++t) {
        const float tap = h[t];
        const float* source = x + begin - t;
        for (int i = 0; i < kBlock; ++i) sum[i] += tap * source[i];
      }
      for (int i = 0; i < kBlock; ++i) out[begin + i] += sum[i];
    } else {
      for (int t = 0; t < taps; ++t) {
        for (int i = 0; i < n; ++i) out[begin + i] += h[t] * x[begin + i - t];
      }
    }
  }
}

// out[t] = sum_n x[n] * g[n + t].
CONTINUO_CLONES
void correlate(const float* x, const float* g, int taps, int count, float* out) {
  for (int begin = 0; begin < taps; begin += kBlock) {
    const int lags = std::min(kBlock, taps - begin);
    alignas(64) float sum[kBlock] = {};
    for (int n = 0; n < count; ++n) {
      const float value = x[n];
      const float* source = g + n + begin;
      for (int i = 0; i < kBlock; ++i) sum[i] += value * source[i];
    }
    std::copy_n(sum, lags, out + begin);
  }
}

}  // namespace

std::vector<float> noise_response_map(int bands) {
  const int taps = noise_taps(bands);
  std::vector<float> map(static_cast<std::size_t>(bands * taps));
  for (int b = 0; b < bands; ++b) {
    const double weight = (b == 0 || b == bands - 1 ? 1.0 : 2.0) / taps;
    for (int n = 0; n < taps; ++n) {
      const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / taps);
      const double cosine = std::cos(2 * std::numbers::pi * b * (n - taps / 2) / taps);
      map[static_cast<std::size_t>(b * taps + n)] = static_cast<float>(weight * window * cosine);
    }
  }
  return map;
}

void filter_noise(std::span<const float> responses, std::span<const float> white, int taps, int hop,
                  std::span<float> audio) {
  const std::size_t frames = white.size() / static_cast<std::size_t>(hop);
  std::fill(audio.begin(), audio.end(), 0.f);
  const std::size_t edge = static_cast<std::size_t>(taps) - 1;
  std::vector<float> x(edge + static_cast<std::size_t>(hop) + edge, 0.f);
  for (std::size_t j = 0; j < frames; ++j) {
    const std::size_t begin = j * static_cast<std::size_t>(hop);
    std::copy_n(white.data() + begin, hop, x.data() + edge);
    const std::size_t count = std::min(static_cast<std::size_t>(hop) + edge, audio.size() - begin);
    convolve(responses.data() + j * static_cast<std::size_t>(taps), x.data() + edge, taps,
             static_cast<int>(count), audio.data() + begin);
  }
}

void filter_noise_gradient(std::span<const float> audio_gradient, std::span<const float> white, int taps,
                           int hop, std::span<float> response_gradient) {
  const std::size_t frames = white.size() / static_cast<std::size_t>(hop);
  std::vector<float> g(static_cast<std::size_t>(hop + taps + kBlock), 0.f);
  for (std::size_t j = 0; j < frames; ++j) {
    const std::size_t begin = j * static_cast<std::size_t>(hop);
    const std::size_t count = std::min(g.size(), audio_gradient.size() - begin);
    std::copy_n(audio_gradient.data() + begin, count, g.data());
    std::fill(g.begin() + static_cast<std::ptrdiff_t>(count), g.end(), 0.f);
    correlate(white.data() + begin, g.data(), taps, hop,
              response_gradient.data() + j * static_cast<std::size_t>(taps));
  }
}

void fill_white_noise(unsigned long long seed, std::span<float> out) {
  // splitmix64 (S. Vigna): each value is independent of how the sequence is cut.
  std::uint64_t state = seed;
  for (float& v : out) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    v = static_cast<float>(z >> 40) * 0x1p-23f - 1.f;
  }
}

}  // namespace continuo::ddsp
