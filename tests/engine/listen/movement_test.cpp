// Vibrato, tremolo and glides measured from curves whose movement is known.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>

#include "engine/listen/movement.h"

using continuo::listen::Movement;

namespace {

constexpr double kRate = 100;

double sine(double hz, double t) {
  return std::sin(2 * std::numbers::pi * hz * t);
}

// A second of pitch (semitones) and level (dB).
Movement moved(
    const std::function<double(double)>& midi,
    const std::function<double(double)>& db = [](double) { return -20.0; }) {
  Movement movement(kRate);
  for (int n = 0; n < 100; ++n)
    movement.push(static_cast<float>(midi(n / kRate)), static_cast<float>(db(n / kRate)), true);
  REQUIRE(movement.measure());
  return movement;
}

}  // namespace

TEST_CASE("a vibrato is measured at any rate that singers have") {
  for (const double hz : {4.5, 5.5, 6.3, 7.5}) {
    for (const double cents : {20.0, 58.0, 100.0}) {
      const Movement movement = moved([&](double t) { return 60 + cents / 100 * sine(hz, t); });
      INFO(hz << " Hz, " << cents << " cents");
      CHECK(movement.vibrato_cents() == Approx(cents).epsilon(0.25));
      CHECK(movement.tremolo_db() < 0.01f);
    }
  }
}

TEST_CASE("what drifts, slides or steps to another note is no vibrato") {
  CHECK(moved([](double) { return 60; }).vibrato_cents() < 0.1f);
  CHECK(moved([](double t) { return 60 + 0.3 * sine(0.7, t); }).vibrato_cents() < 5);
  CHECK(moved([](double t) { return 60 + 4 * t; }).vibrato_cents() < 5);
  CHECK(moved([](double t) { return t < 0.5 ? 60 : 62; }).vibrato_cents() < 40);
}

TEST_CASE("a glide is a way in one go, a step to a new note is none") {
  const auto glide = [](double t) { return 67 - 7 * std::min(1.0, std::max(0.0, t - 0.4) / 0.44); };
  CHECK(moved(glide).glide_semitones() == Approx(7).margin(1));
  const auto legato = [](double t) { return 60 + 2 * std::min(1.0, std::max(0.0, t - 0.5) / 0.08); };
  CHECK(moved(legato).glide_semitones() < 0.1f);
  CHECK(moved([](double t) { return 60 + 0.6 * sine(5.5, t); }).glide_semitones() < 0.1f);
}

TEST_CASE("a tremolo is measured in the level") {
  const Movement movement = moved([](double) { return 60; }, [](double t) { return -20 + 6 * sine(7, t); });
  CHECK(movement.tremolo_db() == Approx(6).epsilon(0.25));
  CHECK(movement.vibrato_cents() < 0.1f);
}

TEST_CASE("what moves fits the technique that moves so") {
  continuo::ddsp::Contour straight, vibrato, glissando;
  vibrato.vibrato_hz = 5.6f;
  vibrato.vibrato_cents = 58;
  glissando.glide_s = 0.44f;
  glissando.glide_semitones = 7;
  const Movement still = moved([](double t) { return 60 + 0.05 * sine(4.3, t); });
  CHECK(still.fit(straight) > still.fit(vibrato) + 2);
  CHECK(still.fit(straight) > still.fit(glissando) + 2);
  const Movement swings = moved([](double t) { return 60 + 0.47 * sine(6.7, t); });
  CHECK(swings.fit(vibrato) > swings.fit(straight) + 2);
  const Movement slides = moved([](double t) { return 60 + 12 * std::min(t, 0.5); });
  CHECK(slides.fit(glissando) > slides.fit(straight) + 2);
}

TEST_CASE("nothing is said of less than half a second, nor of the phrase before") {
  Movement movement(kRate);
  const auto push = [&](int frames) {
    for (int n = 0; n < frames; ++n) movement.push(60 + static_cast<float>(sine(5, n / kRate)), -20, true);
  };
  push(49);
  CHECK_FALSE(movement.measure());
  push(1);
  CHECK(movement.measure());
  movement.reset();
  push(49);
  CHECK_FALSE(movement.measure());
  // A frame without pitch counts as the one before.
  movement.reset();
  for (int n = 0; n < 100; ++n) movement.push(n % 10 == 5 ? 0.0f : 60.0f, -20, n % 10 != 5);
  REQUIRE(movement.measure());
  CHECK(movement.vibrato_cents() < 0.1f);
}
