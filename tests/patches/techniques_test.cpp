// Techniques by name, by code and by place: each moves its own measure towards what its recordings have.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/patches/rendered.h"

using namespace continuo::test;

namespace {

// What the recordings of the technique singer have around A3 on an "a" (medians over windows of 0.4 s of the
// voices that the model was trained on, by the same code).
struct Recorded {
  double noise_db, tilt_db;
};
constexpr Recorded kStraight{-40.0, -31.1}, kBelt{-46.7, -23.2}, kBreathy{-23.0, -34.5};
constexpr double kVibratoHz = 5.4, kVibratoCents = 54, kTrillHz = 6.3, kTrillCents = 59, kTrilloHz = 7.05,
                 kTrilloDb = 9.8, kFryVoiced = 0.08, kFryHz = 57, kFryPulses = 0.87;

// How far `heard` has come from `before` towards `wanted`: 0 not at all, 1 there.
double way(double before, double heard, double wanted) {
  return (heard - before) / (wanted - before);
}

// The eight, in the order of the scores: notes that begin each 3 s from 0.3 s on and last 2.2 s.
enum Place { straight, belt, breathy, fry, glissando, trill, trillo, vibrato };
Heard sung(const Rendered& score, int place) {
  return score.at(3 * place + 0.9, 3 * place + 2.4);
}

void check_eight(const Rendered& score) {
  const Heard plain = sung(score, straight);
  INFO("straight: " << text(plain));
  CHECK(plain.midi == Approx(57).margin(0.1));
  CHECK(plain.voiced > 0.97);
  CHECK(plain.wobble_cents < 8);
  CHECK(plain.noise_db < -40);
  {
    const Heard heard = sung(score, belt);
    INFO("belt: " << text(heard));
    CHECK(way(kStraight.tilt_db, heard.tilt_db, kBelt.tilt_db) > 0.6);
    CHECK(heard.tilt_db > plain.tilt_db + 3.5);
    CHECK(heard.noise_db < plain.noise_db + 1);
    CHECK(heard.midi == Approx(57).margin(0.1));
  }
  {
    const Heard heard = sung(score, breathy);
    INFO("breathy: " << text(heard));
    CHECK(heard.noise_db > plain.noise_db + 12);
    CHECK(way(plain.noise_db, heard.noise_db, kBreathy.noise_db) > 0.45);
    CHECK(heard.tilt_db < plain.tilt_db - 4);
    CHECK(heard.midi == Approx(57).margin(0.1));
  }
  {
    // Its pitch is not to be heard, its pulses are.
    const Heard heard = sung(score, fry);
    INFO("fry: " << text(heard));
    CHECK(way(plain.voiced, heard.voiced, kFryVoiced) > 0.9);
    CHECK(amplitude_db(score.between(9.9, 11.4), 220) < amplitude_db(score.between(0.9, 2.4), 220) - 17);
    CHECK(heard.level_db > plain.level_db - 6);
    CHECK(heard.pulses_hz == Approx(kFryHz).margin(5));
    CHECK(way(plain.pulses, heard.pulses, kFryPulses) > 0.6);
  }
  {
    const Heard onset = score.at(12.32, 12.62), heard = sung(score, glissando);
    INFO("glissando: " << text(onset) << "; then " << text(heard));
    CHECK(onset.midi < 54);
    CHECK(heard.midi == Approx(57).margin(0.1));
  }
  {
    const Heard heard = sung(score, trill);
    INFO("trill: " << text(heard));
    CHECK(heard.vibrato_hz == Approx(kTrillHz).margin(0.7));
    CHECK(way(plain.vibrato_cents, heard.vibrato_cents, kTrillCents) > 0.6);
  }
  {
    const Heard heard = sung(score, trillo);
    INFO("trillo: " << text(heard));
    CHECK(heard.tremolo_hz == Approx(kTrilloHz).margin(0.4));
    CHECK(way(plain.tremolo_db, heard.tremolo_db, kTrilloDb) > 0.4);
    CHECK(plain.tremolo_db < 0.5);
  }
  {
    const Heard heard = sung(score, vibrato);
    INFO("vibrato: " << text(heard));
    CHECK(heard.vibrato_hz == Approx(kVibratoHz).margin(0.5));
    CHECK(way(plain.vibrato_cents, heard.vibrato_cents, kVibratoCents) > 0.6);
    CHECK(heard.tremolo_db < 1);
  }
}

}  // namespace

TEST_CASE("Techniques by name: alone, half, two at once, and from one to another") {
  const Rendered score("technique-names.txt");
  check_eight(score);
  CHECK(score.at(0.32, 0.62).midi == Approx(57).margin(0.2));  // straight begins where it stays
  const Heard plain = sung(score, straight), breath = sung(score, breathy), bright = sung(score, belt);
  {
    const Heard half = score.at(24.9, 26.4);
    INFO("half breathy: " << text(half));
    CHECK(half.noise_db > plain.noise_db + 5);
    CHECK(half.noise_db < breath.noise_db - 1);
  }
  {
    const Heard both = score.at(27.9, 29.4);
    INFO("belt and vibrato: " << text(both));
    CHECK(both.vibrato_hz == Approx(kVibratoHz).margin(0.6));
    CHECK(both.vibrato_cents == Approx(27).margin(8));
    CHECK(both.tilt_db > plain.tilt_db + 1.5);
    CHECK(both.tilt_db < bright.tilt_db - 1.5);
  }
  {
    const Heard before = score.at(30.6, 31.2), within = score.at(32.1, 32.5), after = score.at(33.5, 34.2);
    INFO(text(before) << "; " << text(within) << "; " << text(after));
    CHECK(within.noise_db > before.noise_db + 4);
    CHECK(after.noise_db > within.noise_db + 2);
    CHECK(after.noise_db == Approx(breath.noise_db).margin(2.5));
    const double steep = std::max(steepest(score.between(30.6, 31.2)), steepest(score.between(33.5, 34.2)));
    CHECK(steepest(score.between(31.2, 33.5)) < 1.2 * steep);  // no click
  }
}

TEST_CASE("Techniques by code: one each, mixed, snapped to the nearest, and half of one") {
  const Rendered score("technique-codes.txt", {}, "techniques");
  check_eight(score);
  const Heard plain = sung(score, straight), breath = sung(score, breathy), bright = sung(score, belt);
  const Heard quarter = score.at(24.6, 25.7), mixed = score.at(26.1, 27.2), snapped = score.at(27.6, 28.7),
              alone = score.at(29.1, 30.2);
  INFO(text(quarter) << "; " << text(mixed) << "; " << text(snapped) << "; " << text(alone));
  CHECK(quarter.noise_db > plain.noise_db - 2);
  CHECK(quarter.noise_db < breath.noise_db - 5);
  CHECK(mixed.tilt_db < snapped.tilt_db - 1);
  CHECK(snapped.noise_db == Approx(alone.noise_db).margin(1.5));  // the code or its neighbour
  CHECK(snapped.tilt_db == Approx(alone.tilt_db).margin(4));
  const Heard half = score.at(31.2, 32.4);
  INFO(text(half));
  CHECK(half.tilt_db > kStraight.tilt_db + 1);  // the default is straight
  CHECK(half.tilt_db < bright.tilt_db - 1);
}

TEST_CASE("Techniques by their place on the map; drift wanders; freeze holds") {
  const Rendered score("technique-map.txt", {}, "techniques");
  const Heard breath = score.at(0.8, 1.7), bright = score.at(2.2, 3.2), beating = score.at(3.7, 5.2);
  INFO(text(breath) << "; " << text(bright) << "; " << text(beating));
  CHECK(breath.noise_db > bright.noise_db + 10);
  CHECK(bright.tilt_db > breath.tilt_db + 8);
  CHECK(beating.tremolo_hz == Approx(kTrilloHz).margin(0.4));
  CHECK(beating.tremolo_db > 3);
  CHECK(bright.tremolo_db < 0.5);
  // In the middle a code that is part trill is near: the note rises to it a little.
  CHECK(score.at(6.5, 7.7).midi == Approx(57.15).margin(0.15));

  const Heard still = score.at(9.1, 10.4);
  double softest = still.noise_db, loudest = still.noise_db, darkest = still.tilt_db,
         brightest = still.tilt_db;
  for (const double t : {11.6, 12.6, 13.6, 16.1, 17.1, 18.1, 20.6, 21.6, 22.6}) {
    const Heard heard = score.at(t, t + 0.9);
    INFO(t << ": " << text(heard));
    CHECK(heard.midi == Approx(57).margin(0.1));
    softest = std::min(softest, heard.noise_db), loudest = std::max(loudest, heard.noise_db);
    darkest = std::min(darkest, heard.tilt_db), brightest = std::max(brightest, heard.tilt_db);
  }
  INFO("drift: noise " << softest << " to " << loudest << ", tilt " << darkest << " to " << brightest);
  CHECK(loudest - softest > 6);
  CHECK(brightest - darkest > 1.5);

  const Heard before = score.at(25.4, 26), frozen = score.at(26.5, 27.5), thawed = score.at(28.2, 29.5);
  INFO(text(before) << "; " << text(frozen) << "; " << text(thawed));
  CHECK(frozen.noise_db == Approx(before.noise_db).margin(1.5));
  CHECK(frozen.tilt_db == Approx(before.tilt_db).margin(1));
  CHECK(thawed.noise_db > frozen.noise_db + 10);
}

TEST_CASE("The phrase that ships: eight ways to sing it") {
  const Rendered score("techniques.txt", {}, "techniques");
  const Heard plain = score.at(0.6, 1.7), waving = score.at(2.8, 4.0), trilling = score.at(5.0, 6.3),
              breath = score.at(7.3, 8.6), hiss = score.at(9.6, 10.9), mixed = score.at(13.8, 14.4);
  INFO(text(plain) << "; " << text(waving) << "; " << text(trilling) << "; " << text(breath) << "; "
                   << text(mixed));
  CHECK(plain.midi == Approx(57).margin(0.1));
  CHECK(waving.vibrato_cents > plain.vibrato_cents + 30);
  CHECK(trilling.vibrato_cents > plain.vibrato_cents + 30);
  CHECK(trilling.midi > 57.2);  // between the note and the one above
  CHECK(breath.noise_db > plain.noise_db + 10);
  CHECK(hiss.voiced < 0.2);
  CHECK(mixed.vibrato_cents > plain.vibrato_cents + 8);
  CHECK(mixed.vibrato_cents < waving.vibrato_cents - 15);
  const Heard a = score.at(15, 15.4), b = score.at(15.6, 16.2), c = score.at(16.5, 17.5);
  INFO("over the map: " << text(a) << "; " << text(b) << "; " << text(c));
  CHECK(a.noise_db > b.noise_db + 8);
  CHECK(b.tilt_db > a.tilt_db + 8);
  CHECK(c.vibrato_cents > b.vibrato_cents + 30);
}
