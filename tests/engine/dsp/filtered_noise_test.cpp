// Filter design against DDSP's formula, filtering against direct convolution, noise against its spectrum.
#include "engine/dsp/filtered_noise.h"

#include <catch2/catch.hpp>
#include <array>
#include <limits>
#include <numeric>

#include "engine/dsp/kernels.h"
#include "tests/engine/dsp/allocations.h"
#include "tests/engine/dsp/signals.h"

using namespace continuo;
using dsp::FilteredNoise;
using dsp::NoiseFilter;
using dsp::SimdLevel;

namespace {

const SimdLevel kLevels[] = {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512};

std::vector<float> some_magnitudes(int bands) {
  std::vector<float> m(static_cast<std::size_t>(bands));
  for (std::size_t b = 0; b < m.size(); ++b) {
    const double x = static_cast<double>(b) / (bands - 1);
    m[b] = static_cast<float>(0.05 + 0.5 * std::exp(-8 * x) + 0.3 * std::exp(-200 * (x - 0.6) * (x - 0.6)));
  }
  return m;
}

// The response at `hz` of taps at `rate`.
std::complex<double> response(std::span<const float> taps, double hz, double rate) {
  std::complex<double> sum = 0;
  for (std::size_t n = 0; n < taps.size(); ++n) {
    sum += static_cast<double>(taps[n]) *
           std::polar(1.0, -2 * std::numbers::pi * hz / rate * static_cast<double>(n));
  }
  return sum;
}

}  // namespace

TEST_CASE("at the model's rate the taps are irfft of the magnitudes times a Hann window") {
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    NoiseFilter filter;
    filter.prepare({65, 24000, 24000}, level);
    CHECK(filter.taps() == 128);
    CHECK(filter.delay_frames() == 64);
    CHECK(filter.white_level() == 1.f);
    const auto m = some_magnitudes(65);
    std::vector<float> taps(128);
    filter.design(m, taps);
    for (int i = 0; i < 128; ++i) {
      const int n = i - 64;
      double h = m[0] + m[64] * std::cos(std::numbers::pi * n);
      for (int b = 1; b < 64; ++b)
        h += 2 * m[static_cast<std::size_t>(b)] * std::cos(2 * std::numbers::pi * b * n / 128);
      h *= (0.5 + 0.5 * std::cos(2 * std::numbers::pi * n / 128)) / 128;
      REQUIRE(taps[static_cast<std::size_t>(i)] == Approx(h).margin(1e-7));
    }
  }
}

TEST_CASE("at every device rate the response is the model's, and nothing lies above its Nyquist") {
  const auto m = some_magnitudes(65);
  NoiseFilter reference;
  reference.prepare({65, 24000, 24000});
  std::vector<float> at_model(static_cast<std::size_t>(reference.taps()));
  reference.design(m, at_model);
  for (double rate : {44100.0, 48000.0, 88200.0, 96000.0}) {
    NoiseFilter filter;
    filter.prepare({65, 24000, rate});
    CHECK(filter.taps() % 16 == 0);
    std::vector<float> taps(static_cast<std::size_t>(filter.taps()));
    filter.design(m, taps);
    INFO(rate);
    for (double hz = 50; hz < 11500; hz += 37) {
      REQUIRE(std::abs(std::abs(response(taps, hz, rate)) - std::abs(response(at_model, hz, 24000))) < 1e-4);
    }
    for (double hz = 12600; hz < rate / 2; hz += 37) REQUIRE(std::abs(response(taps, hz, rate)) < 1e-3);
    CHECK(filter.white_level() == Approx(std::sqrt(rate / 24000)));
    // Linear phase around the stated delay.
    const auto h = response(taps, 1000, rate) *
                   std::polar(1.0, 2 * std::numbers::pi * 1000 / rate * filter.delay_frames());
    CHECK(std::abs(std::arg(h)) < 1e-4);
  }
}

TEST_CASE("a model above the device's Nyquist does not alias") {
  NoiseFilter filter;
  filter.prepare({65, 96000, 44100});
  std::vector<float> m(65, 0.f), taps(static_cast<std::size_t>(filter.taps()));
  m[40] = 1;  // 30 kHz
  filter.design(m, taps);
  for (float x : taps) REQUIRE(x == 0.f);
}

TEST_CASE("white noise is a function of seed and position, uniform and white") {
  const int frames = 1 << 16;
  for (SimdLevel level : kLevels) {
    std::vector<float> a(frames), b(frames);
    dsp::kernels(level).white(1, 0, 1, frames, a.data());
    dsp::kernels(SimdLevel::portable).white(1, 0, 1, frames, b.data());
    CHECK(test::same_bits(a, b));
  }
  std::vector<float> x(frames), other(frames);
  dsp::kernels().white(7, 0, 1, frames, x.data());
  dsp::kernels().white(7ull << 32, 0, 1, frames, other.data());
  double mean = 0, square = 0, next = 0, cross = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    REQUIRE((x[i] >= -1.f && x[i] <= 1.f));
    mean += x[i];
    square += x[i] * x[i];
    next += x[i] * x[i + 1];
    cross += x[i] * other[i];
  }
  CHECK(std::abs(mean / frames) < 0.01);
  CHECK(square / frames == Approx(1.0 / 3).epsilon(0.02));
  CHECK(std::abs(next / frames) < 0.006);
  CHECK(std::abs(cross / frames) < 0.006);
}

TEST_CASE("filtering equals direct convolution of every frame, tails included") {
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    const int hop = 100, frames = 8, taps = 250;  // the tail outlasts two hops
    FilteredNoise noise;
    noise.prepare(taps, 1, level);
    noise.reset(42);
    FilteredNoise delta;  // taps = {1}: the white noise itself
    delta.prepare(1, 1, level);
    delta.reset(42);
    delta.set_frame(std::array{1.f});
    std::vector<float> white(hop * (frames + 4)), out(white.size());
    delta.process(white);
    std::vector<double> expected(white.size() + taps);
    for (int j = 0; j < frames; ++j) {
      std::vector<float> h(taps);
      for (std::size_t k = 0; k < h.size(); ++k)
        h[k] = static_cast<float>(std::sin(0.1 * static_cast<double>(k) * (j + 1)) / 10);
      if (j == 5) std::fill(h.begin(), h.end(), 0.f);
      noise.set_frame(h);
      noise.process(std::span(out).subspan(static_cast<std::size_t>(j * hop), hop));
      for (int i = 0; i < hop; ++i) {
        for (int k = 0; k < taps; ++k) {
          expected[static_cast<std::size_t>(j * hop + i + k)] +=
              static_cast<double>(white[static_cast<std::size_t>(j * hop + i)]) *
              h[static_cast<std::size_t>(k)];
        }
      }
    }
    noise.set_frame({});
    CHECK(noise.sounding());
    noise.process(std::span(out).subspan(frames * hop));
    CHECK_FALSE(noise.sounding());
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i] == Approx(expected[i]).margin(2e-6));
  }
}

TEST_CASE("noise is the same bits however it is cut, allocates nothing, and repeats with its seed") {
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    NoiseFilter filter;
    filter.prepare({65, 24000, 44100}, level);
    const auto render = [&](int block, std::uint64_t seed) {
      FilteredNoise noise;
      noise.prepare(filter.taps(), filter.white_level(), level);
      noise.reset(seed);
      std::vector<float> all(44100), taps(static_cast<std::size_t>(filter.taps()));
      const long before = test::allocations();
      for (int at = 0; at < 44100;) {
        if (at % 441 == 0) {
          std::array<float, 65> m{};
          // Some frames are silent.
          if (at / 441 % 5 != 3) m.fill(0.001f * static_cast<float>(at / 441 % 7));
          filter.design(m, taps);
          noise.set_frame(taps);
        }
        const int n = std::min(block - at % block, 441 - at % 441);
        noise.process(std::span(all).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(n)));
        at += n;
      }
      CHECK(test::allocations() == before);
      return all;
    };
    const auto whole = render(1 << 20, 9);
    for (int block : test::kCuts) CHECK(test::same_bits(whole, render(block, 9)));
    CHECK_FALSE(test::same_bits(whole, render(64, 10)));
  }
}

TEST_CASE("the spectrum of the noise follows the magnitudes, at the same density on every device") {
  const auto m = some_magnitudes(65);
  for (double rate : {24000.0, 44100.0, 96000.0}) {
    NoiseFilter filter;
    filter.prepare({65, 24000, rate});
    std::vector<float> taps(static_cast<std::size_t>(filter.taps()));
    filter.design(m, taps);
    FilteredNoise noise;
    noise.prepare(filter.taps(), filter.white_level());
    noise.reset(3);
    noise.set_frame(taps);
    const std::size_t size = 1024, segments = 400;
    std::vector<float> x(size * segments);
    noise.process(x);
    std::vector<double> power(size / 2 + 1);
    for (std::size_t s = 0; s < segments; ++s) {
      std::vector<std::complex<double>> a(size);
      for (std::size_t i = 0; i < size; ++i) {
        a[i] = x[s * size + i] *
               (0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / size)) /
               std::sqrt(0.375 * size);
      }
      test::fft(a);
      for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::norm(a[k]) / segments;
    }
    // Mean of 8 neighbouring bins: within 0.5 dB (3200 periodogram values). Power per sample 1/3 at the
    // model's rate.
    for (std::size_t k = 8; k + 8 < power.size(); k += 8) {
      const double hz = static_cast<double>(k + 4) * rate / size;
      if (hz > 11000) break;
      double seen = 0, wanted = 0;
      for (std::size_t i = k; i < k + 8; ++i) {
        seen += power[i];
        wanted += std::norm(response(taps, static_cast<double>(i) * rate / size, rate)) / 3 * rate / 24000;
      }
      INFO(rate << " " << hz);
      REQUIRE(std::abs(10 * std::log10(seen / wanted)) < 0.5);
    }
  }
}

TEST_CASE("bad noise settings are refused, bad magnitudes are silence") {
  NoiseFilter filter;
  CHECK_THROWS_AS(filter.prepare({1, 24000, 48000}), std::invalid_argument);
  CHECK_THROWS_AS(filter.prepare({65, 0, 48000}), std::invalid_argument);
  CHECK_THROWS_AS(filter.prepare({65, 24000, std::nan("")}), std::invalid_argument);
  filter.prepare({65, 24000, 48000});
  std::vector<float> taps(256, 1.f);
  filter.design(std::vector<float>(65, std::numeric_limits<float>::quiet_NaN()), taps);
  for (float x : taps) REQUIRE(x == 0.f);
}
