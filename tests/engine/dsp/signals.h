// Helpers of the dsp tests: double-precision measurement and cutting a stretch into blocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>
#include <span>
#include <vector>

namespace continuo::test {

inline constexpr int kCuts[] = {1, 7, 64, 333, 1024};

// Calls process(std::span<float>) until `frames` are written, at most `block` at a time.
template <typename Process>
std::vector<float> in_blocks(int frames, int block, Process&& process) {
  std::vector<float> out(static_cast<std::size_t>(frames), 12345.f);
  for (int at = 0; at < frames; at += block) {
    process(std::span<float>(out).subspan(static_cast<std::size_t>(at),
                                          static_cast<std::size_t>(std::min(block, frames - at))));
  }
  return out;
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

// Amplitude and phase of the sine at `turns` a sample, seen through a Hann window (peak amplitude, sine phase
// 0).
inline std::complex<double> sine_at(std::span<const float> x, double turns) {
  std::complex<double> sum = 0;
  double weight = 0;
  const auto n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / n);
    const double phase = turns * static_cast<double>(i);
    sum +=
        w * static_cast<double>(x[i]) * std::polar(1.0, -2 * std::numbers::pi * (phase - std::floor(phase)));
    weight += w;
  }
  return std::complex<double>(0, 2) * sum / weight;
}

// In-place FFT of a power of two, double precision.
inline void fft(std::vector<std::complex<double>>& a) {
  const std::size_t n = a.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(a[i], a[j]);
  }
  for (std::size_t length = 2; length <= n; length <<= 1) {
    for (std::size_t k = 0; k < length / 2; ++k) {
      const auto turn =
          std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length));
      for (std::size_t i = k; i < n; i += length) {
        const auto u = a[i], v = a[i + length / 2] * turn;
        a[i] = u + v;
        a[i + length / 2] = u - v;
      }
    }
  }
}

// Amplitude spectrum (a sine of amplitude 1 reads 1 at its bin). x.size() a power of two. Window: 7-term
// Blackman-Harris (Albrecht 2001), side lobes below -180 dB, main lobe 7 bins to a side.
inline std::vector<double> spectrum(std::span<const float> x) {
  const auto n = static_cast<double>(x.size());
  std::vector<std::complex<double>> a(x.size());
  double weight = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double t = 2 * std::numbers::pi * static_cast<double>(i) / n;
    const double w = 0.27105140069342 - 0.43329793923448 * std::cos(t) + 0.21812299954311 * std::cos(2 * t) -
                     0.06592544638803 * std::cos(3 * t) + 0.01081174209837 * std::cos(4 * t) -
                     0.00077658482522 * std::cos(5 * t) + 0.00001388721735 * std::cos(6 * t);
    a[i] = w * static_cast<double>(x[i]);
    weight += w;
  }
  fft(a);
  std::vector<double> out(x.size() / 2 + 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = 2 * std::abs(a[i]) / weight;
  return out;
}

inline double db(double amplitude) {
  return 20 * std::log10(std::max(amplitude, 1e-30));
}

}  // namespace continuo::test
