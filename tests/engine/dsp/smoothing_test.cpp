// Ramps, envelopes, LFO, conversions, pan, crossfade.
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>

#include "engine/dsp/adsr.h"
#include "engine/dsp/lfo.h"
#include "engine/dsp/math.h"
#include "engine/dsp/pan.h"
#include "engine/dsp/ramp.h"
#include "tests/engine/dsp/signals.h"

using namespace continuo;

TEST_CASE("conversions are right to 1e-6") {
  for (double x = -125.9; x < 127; x += 0.0137) {
    const auto f = static_cast<float>(x);
    REQUIRE(std::abs(dsp::fast_exp2(f) / std::exp2(static_cast<double>(f)) - 1) < 2.5e-7);
  }
  for (double x = 1e-37; x < 1e38; x *= 1.0171) {
    const auto f = static_cast<float>(x);
    REQUIRE(std::abs(dsp::fast_log2(f) - std::log2(static_cast<double>(f))) <
            2e-7 + 2e-7 * std::abs(std::log2(static_cast<double>(f))));
  }
  for (float db = -120; db <= 60; db += 0.25f) {
    REQUIRE(std::abs(dsp::db_to_gain(db) / std::pow(10.0, db / 20.0) - 1) < 1e-6);
    REQUIRE(std::abs(dsp::gain_to_db(dsp::db_to_gain(db)) - db) < 2e-5);
  }
  for (float midi = 0; midi <= 127; midi += 0.25f) {
    const double hz = 440 * std::exp2((midi - 69.0) / 12);
    REQUIRE(std::abs(dsp::midi_to_hz(midi) / hz - 1) < 1e-6);
    REQUIRE(std::abs(dsp::hz_to_midi(static_cast<float>(hz)) - midi) < 2e-5);
  }
  CHECK(dsp::db_to_gain(0) == 1.f);
  CHECK(dsp::gain_to_db(1) == 0.f);
  CHECK(dsp::midi_to_hz(69) == 440.f);
  CHECK(dsp::fast_exp2(std::numeric_limits<float>::quiet_NaN()) < 1e-37f);
  CHECK(dsp::fast_log2(0) == -126.f);
  CHECK(dsp::fast_log2(std::numeric_limits<float>::quiet_NaN()) == -126.f);
}

TEST_CASE("a ramp goes straight, arrives exactly, and turns without a jump") {
  dsp::Ramp ramp(1.f);
  ramp.go(2.f, 100);
  CHECK(ramp.at(50) == Approx(1.5));
  ramp.advance(50);
  CHECK(ramp.value() == Approx(1.5));
  CHECK(ramp.at(50) == 2.f);
  ramp.go(0.f, 10);
  CHECK(ramp.next() == Approx(1.5));
  CHECK(ramp.next() == Approx(1.35));
  ramp.advance(1000);
  CHECK(ramp.value() == 0.f);
  CHECK_FALSE(ramp.moving());
  ramp.go(3.f, 0);
  CHECK(ramp.value() == 3.f);
}

TEST_CASE("smoothers give the same bits however they are cut") {
  const auto ramp = [](int block) {
    dsp::Ramp r(0.1f);
    r.go(0.7f, 1777);
    return test::in_blocks(4000, block, [&](std::span<float> out) { r.process(out); });
  };
  const auto applied = [](int block) {
    dsp::Ramp r(0.1f);
    r.go(0.7f, 1777);
    return test::in_blocks(4000, block, [&](std::span<float> out) {
      std::fill(out.begin(), out.end(), 0.3f);
      r.apply(out);
    });
  };
  const auto envelope = [](int block) {
    dsp::Adsr e;
    e.prepare(48000);
    e.gate_on();
    return test::in_blocks(9000, block, [&](std::span<float> out) { e.process(out); });
  };
  const auto fade = [](int block) {
    dsp::Crossfade f;
    f.go(1, 2500);
    return test::in_blocks(4000, block, [&](std::span<float> out) {
      std::vector<float> a(out.size(), 0.4f), b(out.size(), -0.2f);
      f.process(a, b, out);
    });
  };
  for (int block : test::kCuts) {
    CHECK(test::same_bits(ramp(4000), ramp(block)));
    CHECK(test::same_bits(ramp(4000), ramp(block)));
    CHECK(test::same_bits(applied(4000), applied(block)));
    CHECK(test::same_bits(envelope(9000), envelope(block)));
    CHECK(test::same_bits(fade(4000), fade(block)));
  }
}

TEST_CASE("one pole reaches 63 % in its time") {
  dsp::OnePole pole;
  pole.set_time(480);
  float x = 0;
  for (int i = 0; i < 480; ++i) x = pole.next(1);
  CHECK(x == Approx(1 - std::exp(-1.0)).epsilon(1e-4));
}

TEST_CASE("an envelope's segments last exactly as long as asked") {
  dsp::Adsr e;
  e.prepare(1000);
  e.set({0.1f, 0.2f, 0.5f, 0.3f});
  CHECK(e.next() == 0.f);
  CHECK_FALSE(e.active());
  e.gate_on();
  std::vector<float> x(400);
  e.process(x);
  CHECK(x[0] == 0.f);
  CHECK(x[99] < 1.f);
  CHECK(x[100] == 1.f);
  CHECK(x[299] > 0.5f);
  CHECK(x[300] == 0.5f);
  CHECK(x[399] == 0.5f);
  CHECK(std::is_sorted(x.begin(), x.begin() + 101));
  CHECK(std::is_sorted(x.begin() + 100, x.begin() + 301, std::greater<>()));
  e.gate_off();
  e.process(x);
  CHECK(x[0] == 0.5f);
  CHECK(x[299] > 0.f);
  CHECK(x[300] == 0.f);
  CHECK_FALSE(e.active());
}

TEST_CASE("an envelope never jumps: retrigger, early release, new sustain, choke, zero times") {
  dsp::Adsr e;
  e.prepare(48000);
  e.set({0.01f, 0.05f, 0.6f, 0.1f});
  float last = 0, largest = 0;
  const auto run = [&](int frames) {
    for (int i = 0; i < frames; ++i) {
      const float now = e.next();
      largest = std::max(largest, std::abs(now - last));
      last = now;
    }
  };
  e.gate_on();
  run(200);
  e.gate_off();
  run(300);
  e.gate_on();
  run(8000);
  e.set({0.01f, 0.05f, 0.2f, 0.1f});
  run(2000);
  CHECK(last == 0.2f);
  e.gate_on();
  run(100);
  e.choke(240);
  run(241);
  CHECK(last == 0.f);
  CHECK_FALSE(e.active());
  CHECK(largest < 0.006f);
  e.set({0, 0, 0.3f, 0});
  e.gate_on();
  CHECK(e.next() == 0.3f);
  e.gate_off();
  CHECK(e.next() == 0.f);
  CHECK_FALSE(e.active());
}

TEST_CASE("the LFO is exact for hours") {
  dsp::Lfo lfo;
  lfo.prepare(48000);
  lfo.set_hz(5.5);
  for (int minute = 0; minute < 600; ++minute) lfo.advance(48000 * 60);
  // 10 hours hold a whole number of periods.
  CHECK(std::abs(lfo.value()) < 1e-6);
  CHECK(lfo.value(48000 / 22) ==
        Approx(std::sin(2 * std::numbers::pi * 5.5 / 48000 * (48000 / 22))).margin(1e-6));
  dsp::Lfo other = lfo;
  lfo.advance(100);
  other.advance(63);
  other.advance(37);
  CHECK(lfo.value() == other.value());
  CHECK(lfo.value() == Approx(std::sin(2 * std::numbers::pi * 5.5 / 480)).margin(1e-6));
}

TEST_CASE("pan and crossfade keep the power") {
  for (float p = -1; p <= 1; p += 0.0625f) {
    const auto g = dsp::equal_power_pan(p);
    CHECK(g.left * g.left + g.right * g.right == Approx(1).epsilon(1e-6));
  }
  CHECK(dsp::equal_power_pan(-1).right == 0.f);
  CHECK(dsp::equal_power_pan(1).left == 0.f);
  CHECK(dsp::equal_power_pan(9).right == 1.f);
  CHECK(dsp::equal_power_pan(0).left == Approx(std::sqrt(0.5)));
  CHECK(dsp::equal_power_pan(std::numeric_limits<float>::quiet_NaN()).left == Approx(std::sqrt(0.5)));
  dsp::Crossfade fade;
  fade.go(1, 100);
  std::vector<float> a(150, 1.f), b(150, 0.f), out(150);
  fade.process(a, b, out);
  CHECK(out[0] == 1.f);
  CHECK(out[50] == Approx(std::sqrt(0.5)));
  CHECK(out[100] == 0.f);
}
