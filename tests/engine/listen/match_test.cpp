// Loudness and register brought to a model's.
#include "engine/listen/match.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace continuo;
using namespace continuo::listen;

namespace {

ddsp::Config model() {
  ddsp::Config config;
  config.note_power_db = ddsp::PowerQuantiles{-45, -42, -36, -30, -25, -21, -19};
  config.pitch_midi = ddsp::PitchQuantiles{50, 52, 62, 75, 80};
  return config;
}

}  // namespace

TEST_CASE("octaves between a player and a model") {
  // magenta/ddsp: above one and a half octaves rounded down, else up; here none within half an octave.
  CHECK(octave_shift(62, 62) == 0);
  CHECK(octave_shift(62, 57) == 0);
  CHECK(octave_shift(62, 52) == 1);
  CHECK(octave_shift(62, 45) == 2);  // 1.42 octaves
  CHECK(octave_shift(62, 43) == 1);  // 1.58
  CHECK(octave_shift(62, 36) == 2);
  CHECK(octave_shift(62, 72) == 0);
  CHECK(octave_shift(62, 76) == -1);
  CHECK(octave_shift(62, 88) == -2);
  CHECK(octave_shift(62, NAN) == 0);
}

TEST_CASE("a quiet player is lifted, a loud one lowered, and slopes stay in bounds") {
  const ddsp::PowerQuantiles to{-45, -42, -36, -30, -25, -21, -19};
  const LevelLine line = level_line(to, -52, -40, -31);
  CHECK(line.map(-40) == Approx(-30));
  CHECK(line.map(-31) == Approx(-21));
  CHECK(line.map(-52) == Approx(-42));
  const LevelLine flat = level_line(to, -40, -40, -40);
  CHECK(flat.slope_above == Approx(1.6f));
  CHECK(flat.slope_below == Approx(1.6f));
  const LevelLine far = level_line(to, -75, -70, -60);
  CHECK(far.map(-70) == Approx(-46));  // never by more than 24 dB
}

TEST_CASE("the running match starts from the model's own and goes to the player's") {
  RunningMatch match;
  match.start(model(), 0.002);
  CHECK(match.level().map(-30) == Approx(-30).margin(1.5));
  CHECK(match.octaves() == 0);
  for (int i = 0; i < 10000; ++i)
    match.learn(76 + std::sin(0.01f * static_cast<float>(i)),
                -50 + 5 * std::sin(0.003f * static_cast<float>(i)));
  CHECK(match.level().map(-50) == Approx(-30).margin(2));
  CHECK(match.octaves() == -1);
}

TEST_CASE("five minutes of one tone: the match comes to rest and stays finite") {
  RunningMatch match;
  match.start(model(), 0.002);
  float after_one = 0;
  for (int i = 0; i < 150000; ++i) {
    match.learn(60, -37.3f);
    if (i == 30000 * 2) after_one = match.level().map(-37.3f);
  }
  CHECK(after_one == Approx(-30).margin(1.6));
  CHECK(match.level().map(-37.3f) == Approx(after_one).margin(0.5));
}
