// HarmonicBank against double precision: accuracy, Nyquist, glides, cuts.
#include "engine/dsp/harmonic_bank.h"

#include <catch2/catch.hpp>
#include <array>
#include <limits>

#include "tests/engine/dsp/allocations.h"
#include "tests/engine/dsp/signals.h"

using namespace continuo;
using dsp::HarmonicBank;
using dsp::SimdLevel;

namespace {

const SimdLevel kLevels[] = {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512};

// rms of the difference over rms of the reference, in dB.
double error_db(std::span<const float> x, std::span<const double> reference) {
  double error = 0, power = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    error += (x[i] - reference[i]) * (x[i] - reference[i]);
    power += reference[i] * reference[i];
  }
  return 10 * std::log10(error / power + 1e-30);
}

}  // namespace

TEST_CASE("harmonics match double precision to -115 dB") {
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    for (double hz : {30.0, 110.0, 220.5, 466.16}) {
      const double rate = 48000;
      const int harmonics = std::min(100, static_cast<int>(22000 / hz)), frames = 48000;
      HarmonicBank bank;
      bank.prepare(rate, level);
      bank.set_frequency(hz, hz, 0);
      bank.set_amplitudes(std::vector<float>(static_cast<std::size_t>(harmonics), 0.01f), 0);
      std::vector<double> reference(frames);
      for (int i = 0; i < frames; ++i) {
        const double turns = hz / rate * i;
        for (int k = 1; k <= harmonics; ++k) {
          const double t = k * turns;
          reference[static_cast<std::size_t>(i)] +=
              0.01f * std::sin(2 * std::numbers::pi * (t - std::floor(t)));
        }
      }
      std::vector<float> out(frames);
      bank.process(out);
      INFO(dsp::name(level) << " " << hz << " Hz");
      CHECK(error_db(out, reference) < -115);
    }
  }
}

TEST_CASE("a glide with moving amplitudes matches double precision") {
  const double rate = 48000, from = 100, to = 150;
  const int hop = 480, harmonics = 60;
  HarmonicBank bank;
  bank.prepare(rate);
  std::vector<float> a(harmonics), b(harmonics);
  for (std::size_t k = 0; k < a.size(); ++k) {
    a[k] = 1.f / static_cast<float>(k + 1);
    b[k] = 0.02f * static_cast<float>(k % 7);
  }
  bank.set_frequency(from, to, hop);
  bank.set_amplitudes(a, 0);
  bank.set_amplitudes(b, hop);
  std::vector<float> out(2 * hop);
  bank.process(out);
  std::vector<double> reference(out.size());
  double turns = 0;
  for (int i = 0; i < 2 * hop; ++i) {
    const double x = std::min(1.0, static_cast<double>(i) / hop);
    for (std::size_t k = 0; k < a.size(); ++k) {
      reference[static_cast<std::size_t>(i)] +=
          (a[k] + (b[k] - a[k]) * x) * std::sin(2 * std::numbers::pi * static_cast<double>(k + 1) * turns);
    }
    turns += (from + (to - from) * x) / rate;
  }
  CHECK(error_db(out, reference) < -110);
}

TEST_CASE("the same samples come out however the stretch is cut") {
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    const auto render = [level](int block) {
      HarmonicBank bank;
      bank.prepare(44100, level);
      int at = 0;
      std::vector<float> all;
      // A new control frame every 441 samples, at every block size; the pitch sweeps harmonics across
      // Nyquist.
      while (at < 8820) {
        if (at % 441 == 0) {
          const int frame = at / 441;
          std::vector<float> amplitudes(static_cast<std::size_t>(40 + frame * 4));
          for (std::size_t k = 0; k < amplitudes.size(); ++k)
            amplitudes[k] = 0.01f * static_cast<float>((k * 7 + static_cast<std::size_t>(frame) * 5) % 11);
          bank.set_amplitudes(amplitudes, 441);
          bank.set_frequency(200.0 + 97 * frame, 200.0 + 97 * (frame + 1), 441);
        }
        const int n = std::min(block - at % block, 441 - at % 441);
        std::vector<float> out(static_cast<std::size_t>(n));
        bank.process(out);
        all.insert(all.end(), out.begin(), out.end());
        at += n;
      }
      return all;
    };
    const auto whole = render(100000);
    for (int block : test::kCuts) CHECK(test::same_bits(whole, render(block)));
  }
}

TEST_CASE("nothing at or above Nyquist sounds, and what crosses it fades") {
  const double rate = 48000;
  HarmonicBank bank;
  bank.prepare(rate);
  SECTION("steady: no alias above -120 dB") {
    bank.set_frequency(1234.5, 1234.5, 0);
    bank.set_amplitudes(std::vector<float>(128, 1.f), 0);
    std::vector<float> out(16384);
    bank.process(out);
    const auto level = test::spectrum(out);
    double worst = 0;
    for (std::size_t bin = 0; bin < level.size(); ++bin) {
      const double hz = static_cast<double>(bin) * rate / 16384, nearest = std::round(hz / 1234.5) * 1234.5;
      if (std::abs(hz - nearest) > 8 * rate / 16384 || nearest == 0) worst = std::max(worst, level[bin]);
    }
    CHECK(test::db(worst) < -120);
    CHECK(std::abs(test::sine_at(out, 18 * 1234.5 / rate)) == Approx(1).epsilon(1e-4));
    // Harmonic 19 lies within the fade band.
    const double weight = (1 - 19 * 1234.5 / 24000) * 16;
    CHECK(std::abs(test::sine_at(out, 19 * 1234.5 / rate)) == Approx(weight).epsilon(1e-4));
  }
  SECTION("a fundamental at or above Nyquist is silent") {
    for (double hz : {24000.0, 30000.0, 1e9, std::numeric_limits<double>::infinity()}) {
      bank.reset(0.1);
      bank.set_frequency(hz, hz, 0);
      bank.set_amplitudes(std::vector<float>(4, 1.f), 0);
      std::vector<float> out(256);
      bank.process(out);
      for (float x : out) REQUIRE(x == 0.f);
    }
  }
  SECTION("one harmonic gliding over Nyquist and back draws a smooth envelope") {
    std::vector<float> amplitudes(10, 0.f);
    amplitudes[9] = 1;
    bank.set_amplitudes(amplitudes, 0);
    bank.set_frequency(2000, 2600, 4800);
    std::vector<float> out(9600);
    bank.process(std::span(out).first(4800));
    bank.set_frequency(2600, 2000, 4800);
    bank.process(std::span(out).last(4800));
    for (int i = 0; i < 9600; ++i) {
      const int j = std::min(i, 9600 - i);
      const double hz = 10 * (2000 + 600.0 * j / 4800);
      const double bound = std::clamp((1 - hz / 24000) * 16, 0.0, 1.0);
      REQUIRE(std::abs(out[static_cast<std::size_t>(i)]) <= bound + 1e-5);
    }
  }
}

TEST_CASE("pitch is right to 0.001 cent and harmonics to -100 dB") {
  HarmonicBank bank;
  bank.prepare(44100);
  bank.set_frequency(440.123, 440.123, 0);
  std::vector<float> amplitudes(30);
  for (std::size_t k = 0; k < amplitudes.size(); ++k) amplitudes[k] = std::pow(0.7f, static_cast<float>(k));
  bank.set_amplitudes(amplitudes, 0);
  std::vector<float> out(88200);
  bank.process(out);
  const auto half = std::span<const float>(out);
  const double turns = 440.123 / 44100;
  // The phase that passes in one second at the wanted pitch, against the phase seen.
  const double before = std::arg(test::sine_at(half.first(44100), turns));
  const double after = std::arg(test::sine_at(half.last(44100), turns));
  const double gone =
      std::remainder(after - before - 2 * std::numbers::pi * turns * 44100, 2 * std::numbers::pi);
  const double cents = 1200 * std::log2(1 + gone / (2 * std::numbers::pi * turns * 44100));
  CHECK(std::abs(cents) < 0.001);
  for (std::size_t k = 0; k < amplitudes.size(); ++k) {
    const double seen = std::abs(test::sine_at(half, turns * static_cast<double>(k + 1)));
    CHECK(test::db(std::abs(seen - amplitudes[k])) < -100);
  }
}

TEST_CASE("the kernels of all levels agree") {
  std::vector<std::vector<float>> outs;
  for (SimdLevel level : kLevels) {
    if (!dsp::has_simd_level(level)) continue;
    HarmonicBank bank;
    bank.prepare(48000, level);
    bank.set_frequency(300, 330, 2000);
    bank.set_amplitudes(std::vector<float>(128, 0.01f), 1000);
    outs.emplace_back(4096);
    bank.process(outs.back());
  }
  for (const auto& out : outs) {
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(std::abs(out[i] - outs[0][i]) < 2e-6);
  }
}

TEST_CASE("bad values are silence, an interrupted ramp goes on from where it is, nothing allocates") {
  HarmonicBank bank;
  bank.prepare(48000);
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  std::vector<float> out(4800);
  const long before = test::allocations();
  bank.set_frequency(std::nan(""), -5, 10);
  bank.set_amplitudes(std::array{nan, inf, -inf}, 10);
  bank.process(out);
  for (float x : out) REQUIRE(x == 0.f);
  CHECK_FALSE(bank.sounding());
  bank.reset(0.25);  // a constant 1: the fundamental stands still at its crest
  bank.set_amplitudes(std::array{1.f}, 1000);
  bank.process(std::span(out).first(500));
  bank.set_amplitudes(std::array{0.f}, 100);
  bank.process(std::span(out).subspan(500, 200));
  CHECK(test::allocations() == before);
  for (std::size_t i = 0; i < 500; ++i)
    REQUIRE(out[i] == Approx(0.001 * static_cast<double>(i)).margin(1e-6));
  for (std::size_t i = 0; i < 100; ++i)
    REQUIRE(out[500 + i] == Approx(0.5 - 0.005 * static_cast<double>(i)).margin(1e-6));
  for (std::size_t i = 600; i < 700; ++i) REQUIRE(out[i] == 0.f);
  CHECK_FALSE(bank.sounding());
}
