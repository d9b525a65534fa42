// The follower: gate, pitch at onsets, octave veto, silence, what is not finite.
#include "engine/listen/follower.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace continuo::listen;

namespace {

constexpr double kRate = 48000;

float db(double x) {
  return static_cast<float>(std::pow(10, x / 20));
}

// A band-limited saw of a peak near 1.
float saw(double hz, double seconds, int harmonics = 40) {
  double sum = 0;
  for (int k = 1; k <= harmonics && k * hz < 20000; ++k) sum += std::sin(2 * M_PI * k * hz * seconds) / k;
  return static_cast<float>(sum * 2 / M_PI);
}

struct Listener {
  Follower follower;
  int64_t samples = 0;
  std::vector<Heard> ticks;
  explicit Listener(double rate = kRate) { follower.prepare(rate); }
  template <typename Sound>
  void hear(double seconds, Sound sound, double rate = kRate) {
    const auto count = static_cast<int64_t>(seconds * rate);
    for (int64_t i = 0; i < count; ++i, ++samples) {
      if (follower.push(static_cast<float>(sound(static_cast<double>(i) / rate))))
        ticks.push_back(follower.heard());
    }
  }
  void silence(double seconds) {
    hear(seconds, [](double) { return 0.f; });
  }
};

}  // namespace

TEST_CASE("a saw is known soon after it begins, and rests soon after it ends") {
  const double hz = GENERATE(82.4, 110., 220., 440., 880.);
  Listener listener;
  listener.silence(0.3);
  REQUIRE_FALSE(listener.follower.heard().sounding);
  const size_t before = listener.ticks.size();
  listener.hear(0.5, [&](double t) { return db(-12) * saw(hz, t); });
  size_t began = before;
  while (began < listener.ticks.size() && !listener.ticks[began].sounding) ++began;
  const double ms = 2.0 * static_cast<double>(began - before);
  INFO(hz << " Hz: " << ms << " ms");
  CHECK(ms <= (hz < 100 ? 36 : hz < 190 ? 22 : 16));
  const double midi = 69 + 12 * std::log2(hz / 440);
  for (size_t i = began; i < listener.ticks.size(); ++i) {
    INFO("tick " << i - began);
    CHECK(std::fabs(listener.ticks[i].midi - midi) < 0.4);  // no wrong octave, no chirp
  }
  const size_t end = listener.ticks.size();
  listener.silence(0.3);
  REQUIRE_FALSE(listener.follower.heard().sounding);
  size_t ended = end;
  while (listener.ticks[ended].sounding) ++ended;
  CHECK(2.0 * static_cast<double>(ended - end) <= 40);
  for (size_t i = end; i < ended; ++i) CHECK(std::fabs(listener.ticks[i].midi - midi) < 0.4);  // held
}

TEST_CASE("steady power reads as training measures it") {
  const double rate = GENERATE(44100., 48000., 96000.);
  Listener listener(rate);
  listener.hear(
      1, [](double t) { return db(-20) * std::sin(2 * M_PI * 331 * t); }, rate);
  CHECK(listener.follower.heard().db == Approx(-23).margin(0.3));
  CHECK(listener.follower.heard().midi == Approx(69 + 12 * std::log2(331 / 440.)).margin(0.05));
  CHECK(listener.follower.heard().confidence > 0.9f);
}

TEST_CASE("the gate has hysteresis, and noise does not open it") {
  Listener listener;
  const auto tone = [](double level) { return [level](double t) { return db(level) * saw(220, t); }; };
  listener.hear(0.5, tone(-50));  // its power is about -55
  CHECK_FALSE(listener.follower.heard().sounding);
  listener.hear(0.5, tone(-40));
  CHECK(listener.follower.heard().sounding);
  listener.hear(0.5, tone(-50));
  CHECK(listener.follower.heard().sounding);
  listener.hear(0.5, tone(-60));
  CHECK_FALSE(listener.follower.heard().sounding);
  std::mt19937 random(1);
  std::normal_distribution<float> noise;
  const size_t before = listener.ticks.size();
  listener.hear(1, [&](double) { return db(-25) * noise(random); });
  for (size_t i = before; i < listener.ticks.size(); ++i) CHECK_FALSE(listener.ticks[i].sounding);
}

TEST_CASE("an octave is believed when it stays, not when it passes") {
  Listener listener;
  listener.hear(0.5, [](double t) { return db(-12) * saw(220, t); });
  REQUIRE(listener.follower.heard().midi == Approx(57).margin(0.1));
  const size_t before = listener.ticks.size();
  listener.hear(0.02, [](double t) { return db(-12) * saw(440, t); });
  listener.hear(0.2, [](double t) { return db(-12) * saw(220, t); });
  for (size_t i = before; i < listener.ticks.size(); ++i)
    CHECK(listener.ticks[i].midi == Approx(57).margin(1));
  listener.hear(0.2, [](double t) { return db(-12) * saw(440, t); });
  CHECK(listener.follower.heard().midi == Approx(69).margin(0.1));
}

TEST_CASE("a step to another note is there within 30 ms and is an onset") {
  Listener listener;
  listener.hear(0.5, [](double t) { return db(-12) * saw(220, t); });
  const size_t before = listener.ticks.size();
  const double hz = 220 * std::exp2(4 / 12.);
  listener.hear(0.3, [&](double t) { return db(-12) * saw(hz, t); });
  size_t there = before, onsets = 0;
  while (there < listener.ticks.size() && std::fabs(listener.ticks[there].midi - 61) > 0.3) ++there;
  CHECK(2 * (there - before) <= 30);
  for (size_t i = before; i < listener.ticks.size(); ++i) onsets += listener.ticks[i].onset ? 1 : 0;
  CHECK(onsets == 1);
}

TEST_CASE("vibrato is followed") {
  Listener listener;
  double phase = 0;
  float low = 200, high = 0;
  listener.hear(1.5, [&](double t) {
    const double midi = 64 + 0.5 * std::sin(2 * M_PI * 5.5 * t);
    phase += 440 * std::exp2((midi - 69) / 12) / kRate;
    return db(-12) * saw(1, phase);
  });
  for (size_t i = 300; i < listener.ticks.size(); ++i) {
    low = std::min(low, listener.ticks[i].midi), high = std::max(high, listener.ticks[i].midi);
  }
  CHECK(high - low > 0.8);
  CHECK(high - low < 1.15);
}

TEST_CASE("what is no number, or endless, is silence") {
  Listener listener;
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                  kInf = std::numeric_limits<float>::infinity();
  listener.hear(0.3, [&](double t) { return std::fmod(t, 0.002) < 0.001 ? kNaN : -kInf; });
  CHECK_FALSE(listener.follower.heard().sounding);
  listener.hear(0.3, [](double t) { return db(-12) * saw(220, t); });
  listener.hear(0.001, [&](double) { return kNaN; });
  listener.hear(0.3, [](double t) { return db(-12) * saw(220, t); });
  CHECK(listener.follower.heard().sounding);
  CHECK(listener.follower.heard().midi == Approx(57).margin(0.1));
  for (const Heard& heard : listener.ticks) {
    CHECK(std::isfinite(heard.midi));
    CHECK(std::isfinite(heard.db));
  }
}
