// The last stages before the device: limiter, DC blocker, meter, guard.
#include "engine/dsp/limiter.h"

#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

#include "engine/dsp/dc_blocker.h"
#include "engine/dsp/guard.h"
#include "engine/dsp/meter.h"
#include "tests/engine/dsp/allocations.h"
#include "tests/engine/dsp/signals.h"

using namespace continuo;

namespace {

using Stereo = std::array<std::vector<float>, 2>;

Stereo limited(const Stereo& in, int block, const dsp::LimiterSpec& spec = {}) {
  dsp::LookaheadLimiter limiter;
  limiter.prepare(spec);
  Stereo out = in;
  const int frames = static_cast<int>(in[0].size());
  const long before = test::allocations();
  for (int at = 0; at < frames; at += block) {
    float* channels[] = {out[0].data() + at, out[1].data() + at};
    limiter.process(channels, std::min(block, frames - at));
  }
  CHECK(test::allocations() == before);
  return out;
}

Stereo make(int frames, const std::function<float(int, int)>& sample) {
  Stereo s{std::vector<float>(static_cast<std::size_t>(frames)),
           std::vector<float>(static_cast<std::size_t>(frames))};
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < frames; ++i)
      s[static_cast<std::size_t>(c)][static_cast<std::size_t>(i)] = sample(c, i);
  }
  return s;
}

const float kCeiling = static_cast<float>(std::pow(10.0, -1.0 / 20));
const float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("torture: nothing above -1 dBFS comes out, and the bits do not depend on the blocks") {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<std::pair<const char*, Stereo>> cases;
  cases.emplace_back("full-scale noise", make(48000, [&](int, int) { return uniform(random); }));
  cases.emplace_back("loud noise", make(48000, [&](int, int) { return 30 * uniform(random); }));
  cases.emplace_back("DC", make(48000, [&](int c, int) { return c == 0 ? 1.f : -4.f; }));
  cases.emplace_back("+60 dB step", make(48000, [&](int, int i) {
                       return (i > 9000 ? 1000.f : 1.f) * 0.5f * static_cast<float>(std::sin(0.05 * i));
                     }));
  cases.emplace_back("single huge samples", make(48000, [&](int c, int i) {
                       return i % 997 == 100 * c ? (i % 2 == 0 ? 3e38f : -1e30f) : 0.1f * uniform(random);
                     }));
  cases.emplace_back(
      "NaN and infinities", make(48000, [&](int c, int i) {
        return i % 31 == 3 ? kNan : i % 37 == 5 ? kInf : i % 41 == c ? -kInf : 2 * uniform(random);
      }));
  cases.emplace_back("denormals", make(4800, [&](int, int) { return 1e-40f; }));
  for (const auto& [name, in] : cases) {
    INFO(name);
    for (int lookahead : {0, 1, 2, 64, 480}) {
      const Stereo out = limited(in, 64, {.lookahead_frames = lookahead});
      for (const auto& channel : out) {
        for (float x : channel) REQUIRE((std::isfinite(x) && std::abs(x) <= kCeiling));
      }
    }
    const Stereo whole = limited(in, 1 << 20);
    for (int block : test::kCuts) {
      const Stereo out = limited(in, block);
      CHECK(test::same_bits(whole[0], out[0]));
      CHECK(test::same_bits(whole[1], out[1]));
    }
  }
}

TEST_CASE("below the ceiling the limiter is a delay, bit for bit, also after it had to work") {
  const auto quiet = make(60000, [](int c, int i) {
    if (i < 100) return 5.f;
    return 0.89f * static_cast<float>(std::sin(0.01 * (c + 1) * i));
  });
  dsp::LookaheadLimiter limiter;
  limiter.prepare({});
  CHECK(limiter.latency_frames() == 72);
  const Stereo out = limited(quiet, 64);
  const auto latency = static_cast<std::size_t>(limiter.latency_frames());
  for (std::size_t c = 0; c < 2; ++c) {
    // 80 ms time constant: unity to 2^-20 after 14 of them.
    CHECK(test::same_bits(std::span(out[c]).subspan(55000 + latency, 4000),
                          std::span(quiet[c]).subspan(55000, 4000)));
  }
  const auto soft = make(5000, [](int, int i) { return 0.8f * static_cast<float>(std::sin(0.3 * i)); });
  const Stereo same = limited(soft, 64);
  CHECK(test::same_bits(std::span(same[1]).subspan(latency), std::span(soft[1]).first(5000 - latency)));
}

TEST_CASE("the channels keep their balance and the gain moves without a click") {
  // A steady sine with a 20 dB step: the gain may change by at most a full swing within the look-ahead.
  const auto in = make(24000, [](int c, int i) {
    return (i >= 12000 ? 4.f : 0.4f) * (c == 0 ? 1.f : 0.5f) *
           static_cast<float>(std::cos(2 * std::numbers::pi * i / 100.0));
  });
  const Stereo out = limited(in, 64);
  double previous = 1, largest = 0;
  for (std::size_t i = 0; i + 72 < 24000; ++i) {
    REQUIRE(std::abs(out[1][i + 72] * 2 - out[0][i + 72]) < 1e-6);
    if (std::abs(in[0][i]) < 0.1f) continue;
    const double gain = out[0][i + 72] / in[0][i];
    if (i > 0 && std::abs(in[0][i - 1]) > 0.1f) largest = std::max(largest, std::abs(gain - previous));
    previous = gain;
  }
  CHECK(largest < 0.04);  // a triangular smoothing of 0.78 over 73 samples, at its steepest
  dsp::LookaheadLimiter limiter;
  limiter.prepare({});
  Stereo copy = in;
  float* channels[] = {copy[0].data(), copy[1].data()};
  limiter.process(channels, 24000);
  CHECK(limiter.take_gain_reduction_db() == Approx(20 * std::log10(kCeiling / 4)).margin(0.01));
}

TEST_CASE("a limiter that makes no sense is refused") {
  dsp::LookaheadLimiter limiter;
  CHECK_THROWS_AS(limiter.prepare({.channels = 0}), std::invalid_argument);
  CHECK_THROWS_AS(limiter.prepare({.lookahead_frames = 100000}), std::invalid_argument);
  CHECK_THROWS_AS(limiter.prepare({.ceiling_db = 3}), std::invalid_argument);
}

TEST_CASE("the DC blocker removes DC, leaves the rest, and survives NaN") {
  dsp::DcBlocker blocker;
  blocker.prepare(48000);
  std::vector<float> x(96000);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = 0.5f + 0.25f * static_cast<float>(std::sin(2 * std::numbers::pi * 0.01 * static_cast<double>(i)));
  x[10] = kNan;
  x[11] = kInf;
  const auto in = x;
  blocker.process(x);
  const auto tail = std::span<const float>(x).last(48000);
  CHECK(std::abs(std::accumulate(tail.begin(), tail.end(), 0.0) / 48000) < 1e-5);
  CHECK(std::abs(test::sine_at(tail, 0.01)) == Approx(0.25).epsilon(1e-3));
  for (float y : x) REQUIRE(std::isfinite(y));
  for (int block : test::kCuts) {
    blocker.reset();
    std::vector<float> y = in;
    for (std::size_t at = 0; at < y.size(); at += static_cast<std::size_t>(block)) {
      blocker.process(
          std::span(y).subspan(at, std::min<std::size_t>(static_cast<std::size_t>(block), y.size() - at)));
    }
    CHECK(test::same_bits(x, y));
  }
  // -3 dB at its cutoff.
  blocker.prepare(48000, 100);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 100 / 48000 * static_cast<double>(i)));
  blocker.process(x);
  CHECK(test::db(std::abs(test::sine_at(std::span<const float>(x).last(48000), 100.0 / 48000))) ==
        Approx(-3.01).margin(0.01));
}

TEST_CASE("the meter reads peak and RMS") {
  dsp::Meter meter;
  std::vector<float> x(4800);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = 0.5f * static_cast<float>(std::sin(2 * std::numbers::pi * 0.01 * static_cast<double>(i)));
  x[100] = kNan;
  meter.process(x);
  const auto reading = meter.take();
  CHECK(reading.peak == Approx(0.5).epsilon(1e-3));
  CHECK(reading.rms == Approx(0.5 / std::sqrt(2.0)).epsilon(1e-3));
  CHECK(reading.frames == 4800);
  CHECK(meter.take().peak == 0.f);
}

TEST_CASE("the guard flushes and counts what is not finite") {
  std::vector<float> x(1000, 0.25f);
  x[3] = kNan;
  x[500] = kInf;
  x[999] = -kInf;
  x[998] = -kNan;
  x[5] = std::numeric_limits<float>::max();
  CHECK(dsp::flush_nonfinite(x) == 4);
  CHECK(x[3] == 0.f);
  CHECK(x[500] == 0.f);
  CHECK(x[998] == 0.f);
  CHECK(x[999] == 0.f);
  CHECK(x[4] == 0.25f);
  CHECK(x[5] == std::numeric_limits<float>::max());
  CHECK(dsp::flush_nonfinite(x) == 0);
}
