// How somebody plays: amount, loudness, accents, swing.
#include <catch2/catch.hpp>

#include "engine/players/feel.h"

using namespace continuo::players;

TEST_CASE("Eighths with a triplet's swing, the beat louder") {
  Phrase phrase;
  for (int beat = 0; beat < 8; ++beat) {
    phrase.push_back({beat + 0.01, 0.5, 60, 0.9f});
    phrase.push_back({beat + 0.66, 0.3, 62, 0.6f});
  }
  const Feel feel = feel_of(phrase, 0, 8);
  CHECK(feel.onsets_a_beat == Approx(2));
  CHECK(feel.velocity == Approx(0.75));
  CHECK(feel.swing == Approx(0.66).margin(0.01));
  CHECK_FALSE(feel.swings_sixteenths);
  CHECK(feel.accents[0] == Approx(0.9 / 0.75).margin(0.01));
  CHECK(swung(3, feel) == Approx(3));
  CHECK(swung(3.5, feel) == Approx(3.66).margin(0.01));
  CHECK(swung(-0.5, feel) == Approx(-0.34).margin(0.01));
}

TEST_CASE("Straight sixteenths with a hand's unevenness have no swing; a chord is one onset") {
  Phrase phrase;
  for (int step = 0; step < 32; ++step) {
    const double late = 0.01 * ((step * 7) % 5 - 2) / 2.0;
    phrase.push_back({step * 0.25 + late, 0.2, 60, 0.5f});
    phrase.push_back({step * 0.25 + late + 0.01, 0.2, 64, 0.5f});
  }
  const Feel feel = feel_of(phrase, -0.1, 7.9);
  CHECK(feel.onsets_a_beat == Approx(4).margin(0.1));
  CHECK(feel.swing == 0.5);
  CHECK(swung(2.25, feel) == Approx(2.25));
}

TEST_CASE("Swung sixteenths, as in a shuffle of a drummer") {
  Phrase phrase;
  for (int pair = 0; pair < 16; ++pair) {
    phrase.push_back({pair * 0.5, 0.2, 42, 0.8f});
    phrase.push_back({pair * 0.5 + 0.31, 0.2, 42, 0.5f});
  }
  const Feel feel = feel_of(phrase, 0, 8);
  CHECK(feel.swings_sixteenths);
  CHECK(feel.swing == Approx(0.62).margin(0.01));
  CHECK(swung(1.25, feel) == Approx(1.31).margin(0.01));
  CHECK(swung(1.5, feel) == Approx(1.5));
}

TEST_CASE("Nothing played") {
  const Feel feel = feel_of({}, 0, 4);
  CHECK(feel.onsets_a_beat == 0);
  CHECK(feel.swing == 0.5);
}
