// The saxophone and the violin: soft and loud, two voices, chords that grow.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/patches/rendered.h"

using namespace continuo::test;

namespace {

double hz(double midi) {
  return 440 * std::exp2((midi - 69) / 12);
}

}  // namespace

TEST_CASE("The saxophone from soft to loud") {
  const Rendered score("saxophone-dynamics.txt");
  std::vector<double> levels;
  for (int k = 0; k < 4; ++k) {
    const Heard note = score.at(0.6 + 1.6 * k, 1.2 + 1.6 * k);
    INFO(text(note));
    CHECK(note.midi == Approx(62).margin(0.05));
    if (k > 0) CHECK(note.level_db > levels.back() + 1);
    levels.push_back(note.level_db);
  }
  CHECK(levels[3] > levels[0] + 5);

  const Heard soft = score.at(7.4, 7.9), loud = score.at(10, 10.5);
  INFO("swell: " << text(soft) << "; " << text(loud));
  CHECK(soft.midi == Approx(65).margin(0.05));
  CHECK(loud.midi == Approx(65).margin(0.05));
  CHECK(loud.level_db > soft.level_db + 12);
  CHECK(loud.tilt_db > soft.tilt_db + 4);  // brighter, too
  const Heard plain = score.at(11.6, 12.2), pressed = score.at(13, 13.6);
  INFO("pressure: " << text(plain) << "; " << text(pressed));
  CHECK(pressed.level_db > plain.level_db + 4);
  CHECK(pressed.tilt_db > plain.tilt_db + 1);
  CHECK(pressed.midi == Approx(57).margin(0.05));
  CHECK(score.at(14.5, 15).level_db < -70);
}

TEST_CASE("The violin: two voices, from soft to loud, vibrato, two strings") {
  const Rendered score("violin.txt");
  std::vector<Heard> studio, phrases;
  for (int k = 0; k < 3; ++k) {
    studio.push_back(score.at(0.6 + 1.8 * k, 1.3 + 1.8 * k));
    phrases.push_back(score.at(6.0 + 1.8 * k, 6.7 + 1.8 * k));
    INFO(text(studio.back()) << "; " << text(phrases.back()));
    CHECK(studio.back().midi == Approx(67).margin(0.3));
    CHECK(phrases.back().midi == Approx(67).margin(0.3));
    CHECK(studio.back().tilt_db > phrases.back().tilt_db + 5);  // a bright room, and an orchestra's hall
    if (k == 0) continue;
    CHECK(studio[size_t(k)].level_db > studio[size_t(k - 1)].level_db + 3);
    CHECK(phrases[size_t(k)].level_db > phrases[size_t(k - 1)].level_db + 3);
  }
  const Heard before = score.at(11.3, 11.8), after = score.at(12.9, 13.4);
  INFO("from one voice to the other: " << text(before) << "; " << text(after));
  CHECK(after.tilt_db > before.tilt_db + 2);
  CHECK(after.midi == Approx(72).margin(0.3));

  const Heard vibrato = score.at(14.8, 16.1);
  INFO(text(vibrato));
  CHECK(vibrato.vibrato_hz == Approx(5.5).margin(0.2));
  CHECK(vibrato.vibrato_cents > before.vibrato_cents + 8);
  CHECK(vibrato.vibrato_cents < 40);

  const auto strings = score.between(17.4, 18.5);
  for (const double midi : {62, 69}) {
    INFO("MIDI " << midi);
    CHECK(amplitude_db(strings, hz(midi)) > -58);
    CHECK(amplitude_db(strings, hz(midi)) > amplitude_db(strings, hz(midi - 1.5)) + 10);
  }
  CHECK(score.at(19.7, 20).level_db < -70);
}

TEST_CASE("A chord that grows out of one breath") {
  const Rendered score("breath.txt");
  const Heard first = score.at(0.6, 1.6);
  INFO(text(first));
  CHECK(first.midi == Approx(50).margin(0.05));
  CHECK(score.at(0.4, 0.8).level_db < score.at(1.3, 1.7).level_db - 3);
  // Which of the chord's notes sound, by their fundamentals.
  const auto sounds = [&](double from, double until, double midi) {
    const auto stretch = score.between(from, until);
    return amplitude_db(stretch, hz(midi)) > -50;
  };
  CHECK(sounds(4.0, 4.9, 57));
  CHECK(sounds(4.0, 4.9, 61));
  CHECK(sounds(4.0, 4.9, 66));
  CHECK(sounds(7.4, 8.4, 66));
  CHECK_FALSE(sounds(7.4, 8.4, 61));
  const double four = score.at(4.2, 4.9).level_db, loudest = score.at(7.2, 8.4).level_db,
               fading = score.at(9.5, 10.4).level_db;
  INFO(four << ", " << loudest << ", " << fading);
  CHECK(four > score.at(1.3, 1.7).level_db + 6);
  CHECK(fading < loudest - 8);
  CHECK(score.at(12.5, 14).level_db < -70);
}
