// Partitioned convolution against direct sums; swapping responses; the FFT; the tilt filter.
#include "engine/dsp/convolution.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "engine/dsp/tilt.h"
#include "tests/engine/dsp/allocations.h"
#include "tests/engine/dsp/signals.h"

using namespace continuo;
using dsp::ConvolutionIr;
using dsp::PartitionedConvolution;
using dsp::SimdLevel;

namespace {

const SimdLevel kLevels[] = {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512};

std::vector<float> random_signal(std::size_t frames, unsigned seed, double decay = 0) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> x(frames);
  for (std::size_t i = 0; i < frames; ++i)
    x[i] = uniform(random) * static_cast<float>(std::exp(-decay * static_cast<double>(i)));
  return x;
}

std::vector<double> direct(std::span<const float> x, std::span<const float> h) {
  std::vector<double> y(x.size());
  for (std::size_t n = 0; n < x.size(); ++n) {
    for (std::size_t k = 0; k <= std::min(n, h.size() - 1); ++k) y[n] += static_cast<double>(x[n - k]) * h[k];
  }
  return y;
}

double worst_error(std::span<const float> y, std::span<const double> expected) {
  double worst = 0;
  for (std::size_t i = 0; i < y.size(); ++i) worst = std::max(worst, std::abs(y[i] - expected[i]));
  return worst;
}

}  // namespace

TEST_CASE("convolution equals the direct sum, without latency") {
  const auto x = random_signal(9000, 1);
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    for (std::size_t length : {1u, 63u, 64u, 65u, 2000u, 2048u, 2049u, 3072u, 5003u}) {
      const auto h = random_signal(length, 2);
      const ConvolutionIr ir(h);
      PartitionedConvolution convolution;
      convolution.prepare(5003, level);
      REQUIRE(convolution.set_ir(&ir));
      convolution.reset();
      std::vector<float> y(x.size());
      convolution.process(x, y);
      INFO(length << " taps, " << dsp::name(level));
      // rms of the output is sqrt(length) / 3.
      CHECK(worst_error(y, direct(x, h)) < 5e-6 * std::sqrt(static_cast<double>(length)) + 1e-6);
    }
  }
}

TEST_CASE("a response of two seconds, decaying 60 dB") {
  const auto h = random_signal(96000, 3, 6.9 / 96000);
  const ConvolutionIr ir(h);
  PartitionedConvolution convolution;
  convolution.prepare(96000);
  convolution.set_ir(&ir);
  convolution.reset();
  std::vector<float> x(110000), y(x.size());
  // Three impulses add three copies.
  for (std::size_t at : {5u, 1000u, 3333u}) x[at] = 1;
  convolution.process(x, y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double expected = 0;
    for (std::size_t at : {5u, 1000u, 3333u}) {
      if (i >= at && i - at < h.size()) expected += h[i - at];
    }
    REQUIRE(std::abs(y[i] - expected) < 2e-6);
  }
}

TEST_CASE("convolution is the same bits however it is cut, responses swapped on the way, nothing allocated") {
  const auto x = random_signal(20000, 4);
  const ConvolutionIr first(random_signal(4000, 5, 0.001)), second(random_signal(3000, 6, 0.001));
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    const auto render = [&](int block) {
      PartitionedConvolution convolution;
      convolution.prepare(4000, level);
      convolution.set_ir(&first);
      convolution.reset();
      std::vector<float> y(x.size());
      const long before = test::allocations();
      for (std::size_t at = 0; at < x.size();) {
        if (at == 3000) CHECK(convolution.set_ir(&second));
        if (at == 3000) CHECK_FALSE(convolution.set_ir(&first));
        if (at == 9000) CHECK(convolution.take_retired() == &first);
        if (at == 9000) CHECK(convolution.set_ir(nullptr));
        const auto b = static_cast<std::size_t>(block);
        const std::size_t n = std::min({b - at % b, 3000 - at % 3000, x.size() - at});
        convolution.process(std::span(x).subspan(at, n), std::span(y).subspan(at, n));
        at += n;
      }
      CHECK(test::allocations() == before);
      CHECK(convolution.take_retired() == &second);
      CHECK(convolution.take_retired() == nullptr);
      return y;
    };
    const auto whole = render(1 << 20);
    for (int block : test::kCuts) CHECK(test::same_bits(whole, render(block)));
    for (std::size_t i = 9000 + 3072; i < whole.size(); ++i) REQUIRE(whole[i] == 0.f);
  }
}

TEST_CASE("a new response fades in, and the same one again is not heard") {
  const auto x = random_signal(9000, 7);
  const auto ha = random_signal(4500, 8, 0.001), hb = random_signal(4500, 9, 0.001);
  const ConvolutionIr a(ha), same(ha), b(hb);
  const auto ya = direct(x, ha), yb = direct(x, hb);
  const auto render = [&](const ConvolutionIr* next) {
    PartitionedConvolution convolution;
    convolution.prepare(4500);
    convolution.set_ir(&a);
    convolution.reset();
    std::vector<float> y(x.size());
    convolution.process(std::span(x).first(4000), std::span(y).first(4000));
    convolution.set_ir(next);
    convolution.process(std::span(x).subspan(4000), std::span(y).subspan(4000));
    return y;
  };
  CHECK(worst_error(render(&same), ya) < 1e-4);
  // Asked for at 4000: warms up from 4096, fades from 5120 to 6144.
  std::vector<double> expected(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double share = std::clamp((static_cast<double>(i) - 5120) / 1024, 0.0, 1.0);
    expected[i] = ya[i] + share * (yb[i] - ya[i]);
  }
  CHECK(worst_error(render(&b), expected) < 1e-4);
}

TEST_CASE("in place, and what is not finite does not stick") {
  const auto h = random_signal(2500, 10, 0.002);
  const ConvolutionIr ir(h);
  PartitionedConvolution convolution;
  convolution.prepare(2500);
  convolution.set_ir(&ir);
  convolution.reset();
  auto x = random_signal(6000, 11);
  x[100] = x[2000] = 0;
  const auto expected = direct(x, h);
  x[100] = std::numeric_limits<float>::quiet_NaN();
  x[2000] = std::numeric_limits<float>::infinity();
  convolution.process(x, x);
  CHECK(worst_error(x, expected) < 1e-4);
  CHECK_THROWS_AS(ConvolutionIr(std::vector<float>{1, std::nanf("")}), std::invalid_argument);
}

TEST_CASE("the FFT is a Fourier transform, and its inverse") {
  dsp::RealFft fft;
  CHECK_THROWS_AS(fft.prepare(14), std::invalid_argument);
  CHECK_THROWS_AS(fft.prepare(15), std::invalid_argument);
  for (int size : {16, 240, 960, 2048}) {
    fft.prepare(size);
    const auto x = random_signal(static_cast<std::size_t>(size), 12);
    std::vector<std::complex<float>> spectrum(static_cast<std::size_t>(fft.bins()));
    std::vector<float> back(x.size());
    const long before = test::allocations();
    fft.forward(x.data(), spectrum.data());
    fft.inverse(spectrum.data(), back.data());
    CHECK(test::allocations() == before);
    for (int k : {0, 1, size / 3, size / 2}) {
      std::complex<double> expected = 0;
      for (int n = 0; n < size; ++n)
        expected += static_cast<double>(x[static_cast<std::size_t>(n)]) *
                    std::polar(1.0, -2 * std::numbers::pi * k * n / size);
      CHECK(std::abs(std::complex<double>(spectrum[static_cast<std::size_t>(k)]) - expected) < 1e-4);
    }
    for (std::size_t i = 0; i < x.size(); ++i) REQUIRE(back[i] == Approx(x[i] * size).margin(1e-3));
  }
}

TEST_CASE("tilt turns around its pivot, and at 0 dB passes bit for bit") {
  dsp::TiltEq tilt;
  tilt.prepare(48000, 700);
  const auto x = random_signal(48000, 13);
  auto y = x;
  tilt.process(y);
  CHECK(test::same_bits(x, y));
  tilt.set(12, 0);
  const auto gain_at = [&](double hz) {
    std::vector<float> s(48000);
    for (std::size_t i = 0; i < s.size(); ++i)
      s[i] = 0.1f * static_cast<float>(std::sin(2 * std::numbers::pi * hz / 48000 * static_cast<double>(i)));
    tilt.reset();
    tilt.process(s);
    return test::db(std::abs(test::sine_at(std::span<const float>(s).last(24000), hz / 48000)) / 0.1);
  };
  CHECK(gain_at(20) == Approx(-6).margin(0.1));
  CHECK(gain_at(20000) == Approx(6).margin(0.1));
  CHECK(gain_at(700) ==
        Approx(20 * std::log10(std::hypot(std::pow(10, 0.3), std::pow(10, -0.3)) / std::sqrt(2.0)))
            .margin(0.05));
  const auto render = [&](int block) {
    dsp::TiltEq eq;
    eq.prepare(48000);
    eq.set(-9, 5000);
    auto z = x;
    for (std::size_t at = 0; at < z.size(); at += static_cast<std::size_t>(block)) {
      eq.process(
          std::span(z).subspan(at, std::min<std::size_t>(static_cast<std::size_t>(block), z.size() - at)));
    }
    return z;
  };
  for (int block : test::kCuts) CHECK(test::same_bits(render(48000), render(block)));
}
