// The additive instrument, played on the desk.
#include <catch2/catch.hpp>
#include <cstring>

#include "tests/engine/instruments/rig.h"

using namespace continuo;
using test::Rig;

TEST_CASE("A note sounds at its frame, at its pitch, and ends after its release") {
  Rig rig;
  rig.additive(0);
  rig.note_on(0, 69, 0.8f, 1000);
  rig.note_off(0, 69, 25000);
  const auto out = rig.play(48000);
  const uint32_t latency = rig.engine.latency_frames();
  CHECK(test::level(out, 0, 1000 + latency) == 0);
  CHECK(test::level(out, 1000 + latency, 1500 + latency) > 0.005);
  CHECK(test::amplitude(out, 10000, 20000, 440) > 10 * test::amplitude(out, 10000, 20000, 466));
  CHECK(test::amplitude(out, 10000, 20000, 880) > 0.01);
  CHECK(test::level(out, 45000, 48000) < 1e-6);
  CHECK(rig.stage.voices(0) == 0);
}

TEST_CASE("The samples do not depend on the block size") {
  const auto play = [](uint32_t block) {
    Rig rig(block);
    rig.additive(0);
    rig.parameter(0, schema::voice::kVibratoDepth, 50, 0);
    rig.parameter(0, schema::voice::kVibratoDelay, 0, 0);
    rig.note_on(0, 60, 1, 100);
    rig.note_on(0, 64.5f, 0.5f, 777);
    rig.parameter(0, schema::voice::kBrightness, 3, 5001);
    rig.parameter(0, schema::voice::kBend, 1.5f, 7013);
    rig.note_off(0, 60, 12345);
    return rig.play(20000);
  };
  const auto one = play(64);
  for (const uint32_t block : {1u, 7u, 333u, 1024u}) {
    const auto other = play(block);
    INFO("block " << block);
    CHECK(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("The twentieth note steals without a click") {
  Rig rig;
  rig.additive(0);
  for (int i = 0; i < 20; ++i)
    rig.note_on(0, 40.f + static_cast<float>(i), 0.3f, 1000u * static_cast<unsigned>(i));
  const auto out = rig.play(30000);
  CHECK(rig.stage.voices(0) <= 16);
  CHECK(test::steepest(out) < 0.25f);
}

TEST_CASE("A strip's mute, gain and pan act at their frames") {
  Rig rig;
  rig.additive(0);
  rig.note_on(0, 57, 1, 0);
  rig.at(10000);
  rig.stage.set_strip(0, schema::strip::kMute, 1);
  REQUIRE(rig.stage.commit());
  rig.at(20000);
  rig.stage.set_strip(0, schema::strip::kMute, 0);
  rig.stage.set_strip(0, schema::strip::kPan, 1);
  REQUIRE(rig.stage.commit());
  const auto left = rig.play(30000);
  CHECK(test::level(left, 5000, 10000) > 0.05);
  CHECK(test::level(left, 11000, 20000) < 1e-4);
  CHECK(test::level(left, 25000, 30000) < 1e-3);
}

TEST_CASE("Solo silences the other parts") {
  Rig rig;
  rig.additive(0);
  rig.additive(1);
  rig.note_on(0, 57, 1, 0);
  rig.note_on(1, 69, 1, 0);
  rig.at(10000);
  rig.stage.set_strip(1, schema::strip::kSolo, 1);
  REQUIRE(rig.stage.commit());
  const auto out = rig.play(30000);
  CHECK(test::amplitude(out, 2000, 9000, 220) > 0.02);
  CHECK(test::amplitude(out, 15000, 30000, 220) < 1e-4);
  CHECK(test::amplitude(out, 15000, 30000, 440) > 0.02);
}

TEST_CASE("A replaced instrument fades and comes back to be freed") {
  Rig rig;
  rig.additive(0);
  rig.note_on(0, 57, 1, 0);
  rig.play(10000);
  rig.additive(0);
  rig.play(5000);
  int retired = 0;
  for (const rt::Event& e : rig.events) retired += e.kind == rt::EventKind::kRetired ? 1 : 0;
  CHECK(retired == 1);
}
