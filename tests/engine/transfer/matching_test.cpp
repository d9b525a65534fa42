// Note mask, level map, register rule, octave veto.
#include "engine/transfer/matching.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace continuo;
using namespace continuo::transfer;

namespace {

ddsp::PitchQuantiles alto() {
  return {.p1 = 49, .p5 = 51, .p50 = 65, .p95 = 79, .p99 = 81};
}

std::vector<float> around(float middle, float reach, int count = 201) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i)
    values.push_back(middle + reach * (2 * static_cast<float>(i) / static_cast<float>(count - 1) - 1));
  return values;
}

}  // namespace

TEST_CASE("Notes are where it is loud and periodic") {
  std::vector<float> confidence(300, 0.95f), db(300, -25.f);
  for (size_t j = 100; j < 200; ++j) confidence[j] = 0.1f, db[j] = -60;
  const auto ratio = note_ratio(confidence, db, 100, -80);
  for (const size_t j : {20u, 50u, 250u, 280u}) CHECK(ratio[j] > 1);
  for (const size_t j : {115u, 150u, 185u}) CHECK(ratio[j] < 0.3f);
}

TEST_CASE("Silence has no notes") {
  const std::vector<float> confidence(100, 1.f), db(100, -80.f);
  for (const float r : note_ratio(confidence, db, 100, -80)) CHECK(r == 0);
  CHECK(note_ratio({}, {}, 100, -80).empty());
}

TEST_CASE("Levels go to the same quantile of the model's data") {
  ddsp::PowerQuantiles model{
      .p5 = -42, .p10 = -38, .p25 = -32, .p50 = -26, .p75 = -22, .p90 = -19, .p95 = -18};
  const LevelMap map(around(-40, 10), model);
  CHECK(map.at(-40) == Approx(-26).margin(0.1));
  CHECK(map.at(-45) == Approx(-32).margin(0.1));
  CHECK(map.at(-31) == Approx(-18).margin(0.1));
  CHECK(map.at(-51) == Approx(-44).margin(1.1));  // beyond: as far as it was
  float before = -1000;
  for (float db = -80; db <= 0; db += 0.25f) {
    CHECK(map.at(db) >= before);
    before = map.at(db);
  }
}

TEST_CASE("A level tone stays level") {
  const LevelMap map(around(-30, 0.2f), {});
  CHECK(map.at(-30) == Approx(-30).margin(0.1));  // to the model's median
  CHECK(map.at(-29.8f) - map.at(-30.2f) < 1.3f);
  const LevelMap constant(std::vector<float>(50, -12.f), {});
  CHECK(constant.at(-12) == Approx(-30));
  CHECK(std::isfinite(constant.at(-11)));
}

TEST_CASE("Octaves to the model's register") {
  CHECK(octave_shift(around(65, 10), alto()) == 0);
  CHECK(octave_shift(around(60, 5), alto()) == 0);   // inside, though off the middle
  CHECK(octave_shift(around(45, 5), alto()) == 1);   // 20 semitones below: 1.67 down to 1
  CHECK(octave_shift(around(50, 5), alto()) == 2);   // 1.25, up to 2
  CHECK(octave_shift(around(89, 5), alto()) == -2);  // exactly two above
  CHECK(octave_shift(around(84, 5), alto()) == -1);  // 1.58 above, up to -1
  CHECK(octave_shift({}, alto()) == 0);
}

TEST_CASE("Short octave jumps are errors, longer ones are music") {
  std::vector<float> midi(100, 60.f);
  std::vector<char> voiced(100, 1);
  for (size_t j = 20; j < 23; ++j) midi[j] = 72;
  midi[50] = 79.02f, midi[51] = 48;
  veto_octave_jumps(midi, voiced, 100);
  for (const float m : midi) CHECK(m == 60);
  for (size_t j = 40; j < 60; ++j) midi[j] = 72;
  midi[70] = 67;  // a fifth is no confusion
  const std::vector<float> before = midi;
  veto_octave_jumps(midi, voiced, 100);
  CHECK(midi == before);
}
