// Note shapes: velocities onto quantiles, and the blend between registers and levels.
#include "models/ddsp/inference/note_shape.h"

#include <catch2/catch.hpp>

using namespace continuo::ddsp;

namespace {

// Two registers of two levels, whose values are easy to blend by head.
Config two_registers() {
  Config config;
  for (int r = 0; r < 2; ++r) {
    NoteRegister one;
    one.centre_midi = r == 0 ? 50.0f : 70.0f;
    const float up = r == 0 ? 0.0f : 10.0f;
    one.note_power_db = {-60 + up, -50 + up, -40 + up, -30 + up, -25 + up, -20 + up, -10 + up};
    for (int l = 0; l < 2; ++l) {
      NoteLevel level;
      level.centre_db = l == 0 ? -50.0f : -10.0f;
      level.onset_db = {l == 0 ? -20.0f : -10.0f, -5};
      level.onset_cents = {r == 0 ? -40.0f : 0.0f};
      level.sustain_drift_db_per_s = l == 0 ? -2.0f : 0.0f;
      level.fluctuation_db = r == 0 ? 1.0f : 3.0f;
      level.fluctuation_hz = 5;
      level.release_db = {0, -6, -12};
      one.levels.push_back(level);
    }
    config.registers.push_back(one);
  }
  return config;
}

}  // namespace

TEST_CASE("quantiles are linear between the stored ones and held at the ends") {
  const PowerQuantiles q{-60, -50, -40, -30, -25, -20, -10};
  CHECK(power_at_quantile(q, 0) == -60);
  CHECK(power_at_quantile(q, 5) == -60);
  CHECK(power_at_quantile(q, 7.5f) == Approx(-55));
  CHECK(power_at_quantile(q, 50) == Approx(-30));
  CHECK(power_at_quantile(q, 92.5f) == Approx(-15));
  CHECK(power_at_quantile(q, 100) == -10);
}

TEST_CASE("velocity 1 plays the 10 % quantile, 127 the 95 % quantile") {
  const Config config = two_registers();
  const NoteShapes shapes(config);
  CHECK(shapes.at(1, 50).sustained_db() == Approx(-50));
  CHECK(shapes.at(127, 50).sustained_db() == Approx(-10));
  CHECK(shapes.at(0, 50).sustained_db() == Approx(-50));
  CHECK(shapes.at(200, 50).sustained_db() == Approx(-10));
  CHECK(shapes.at(1 + 126 * 40.0f / 85, 50).sustained_db() == Approx(-30));  // 50 %
  CHECK(shapes.at(127, 60).sustained_db() == Approx(-5));
  CHECK(shapes.at(127, 90).sustained_db() == Approx(0));
  float last = -100;
  for (float v = 1; v <= 127; v += 0.5f) {
    const float db = shapes.at(v, 57).sustained_db();
    CHECK(db > last);
    last = db;
  }
}

TEST_CASE("shapes blend over registers and levels") {
  const Config config = two_registers();
  const NoteShapes shapes(config);
  const auto middle = shapes.at(1 + 126 * 40.0f / 85, 50);  // -30 dB: half way between the levels
  CHECK(middle.held_db(0) == Approx(-30 - 15));
  CHECK(middle.held_db(0.5f) == Approx(-30 - 10 - 0.005f));  // half way to frame 1, with drift -1 dB/s
  CHECK(middle.held_db(2) == Approx(-30 - 0.02f));
  CHECK(middle.held_db(100) == Approx(-31));
  CHECK(middle.onset_cents(0) == Approx(-40));
  CHECK(middle.onset_cents(1) == 0);
  CHECK(shapes.at(64, 60).onset_cents(0) == Approx(-20));
  CHECK(shapes.at(64, 60).fluctuation_db() == Approx(2));
  CHECK(shapes.at(64, 90).fluctuation_db() == Approx(3));
  CHECK(middle.fluctuation_hz() == Approx(5));
}

TEST_CASE("a release falls, and goes on falling behind its stored part") {
  const Config config = two_registers();
  const NoteShapes shapes(config);
  const auto shape = shapes.at(64, 60);
  CHECK(shape.release_db(0) == Approx(0).margin(1e-6));
  CHECK(shape.release_db(1.5f) == Approx(-9));
  CHECK(shape.release_db(2) == Approx(-12));
  CHECK(shape.release_db(12) == Approx(-32));
  CHECK(shape.release_db(1000) < -1000);
}

TEST_CASE("a held note never falls below the floor, and its drift ends") {
  const Config config = two_registers();
  const NoteShapes shapes(config);
  const auto soft = shapes.at(1, 50);  // -50 dB, drift -2 dB/s
  CHECK(soft.held_db(1000) == Approx(-70));
  CHECK(soft.held_db(2000) == soft.held_db(1e6f));
  CHECK(soft.held_db(1e6f) >= -80);
}

TEST_CASE("a model without shapes attacks in 20 ms and releases in 100 ms") {
  Config config;
  const NoteShapes plain(config);
  const auto shape = plain.at(127, 60);
  CHECK(shape.sustained_db() == Approx(-15));
  CHECK(shape.held_db(0) < -30);
  CHECK(shape.held_db(1) > shape.held_db(0));
  CHECK(shape.held_db(2) == Approx(-15));
  CHECK(shape.held_db(1000) == Approx(-15));
  CHECK(shape.onset_cents(0) == 0);
  CHECK(shape.release_db(5) == Approx(-30));
  CHECK(shape.release_db(10) == Approx(-60));
  config.note_power_db = PowerQuantiles{-60, -55, -50, -45, -40, -35, -25};
  const NoteShapes whole_set(config);
  CHECK(whole_set.at(127, 60).sustained_db() == Approx(-25));
}
