// What the stage promises about notes: legato, stealing, groups.
#include <catch2/catch.hpp>

#include "tests/engine/instruments/rig.h"

using namespace continuo;
using test::Rig;

TEST_CASE("Legato keys share one voice, and the pitch returns to the key still held") {
  Rig rig;
  rig.additive(0);
  rig.stage.set_glide(0, 0, true);
  rig.note_on(0, 57, 1, 0);
  rig.note_on(0, 69, 1, 10000);
  rig.note_off(0, 69, 20000);
  const auto out = rig.play(30000);
  CHECK(rig.stage.voices(0) == 1);
  CHECK(test::amplitude(out, 2000, 9000, 220) > 0.02);
  CHECK(test::amplitude(out, 12000, 19000, 220) < 1e-3);
  CHECK(test::amplitude(out, 12000, 19000, 440) > 0.02);
  CHECK(test::amplitude(out, 22000, 29000, 220) > 0.02);
}

TEST_CASE("A legato key brings its own velocity, and gives it back, without a click") {
  Rig rig;
  rig.additive(0);
  rig.stage.set_glide(0, 0, true);
  rig.note_on(0, 57, 1, 0);
  rig.note_on(0, 69, 0.25f, 10000);
  rig.note_off(0, 69, 20000);
  const auto out = rig.play(30000);
  const double loud = test::level(out, 2000, 9000), soft = test::level(out, 12000, 19000);
  CHECK(soft < 0.3 * loud);
  CHECK(soft > 0.05 * loud);
  CHECK(test::level(out, 22000, 29000) == Approx(loud).epsilon(0.02));
  CHECK(test::steepest(out) < 0.1f);
}

TEST_CASE("A glide starts at the note before") {
  Rig rig;
  rig.additive(0);
  rig.stage.set_glide(0, 0.2f, false);
  rig.note_on(0, 57, 1, 0);
  rig.note_off(0, 57, 10000);
  rig.play(30000);
  rig.note_on(0, 69, 1, 30000);
  const auto out = rig.play(30000);
  CHECK(test::amplitude(out, 0, 1000, 225) > test::amplitude(out, 0, 1000, 440));
  CHECK(test::amplitude(out, 12000, 30000, 440) > 0.02);
}

TEST_CASE("A group that does not fit is refused whole") {
  Rig rig;
  rig.additive(0);
  rig.at(100000);
  for (int i = 0; i < 1000; ++i) rig.stage.set_strip(0, schema::strip::kGain, 0);
  CHECK(rig.stage.commit());
  rig.at(100000);
  for (int i = 0; i < 1100; ++i) rig.stage.set_strip(0, schema::strip::kGain, 0);
  CHECK_FALSE(rig.stage.commit());
}

TEST_CASE("Notes that are taken back before they begin give their voices back") {
  Rig rig;
  rig.additive(0);
  rig.play(1000);
  for (int i = 0; i < 5; ++i) rig.note_on(0, 60.f + static_cast<float>(i), 1, 50000);
  rig.play(1000);
  CHECK(rig.stage.voices(0) == 5);
  rig.at(0);
  rig.stage.clear_scheduled();
  REQUIRE(rig.stage.commit());
  rig.play(1000);
  CHECK(rig.stage.voices(0) == 0);
}
