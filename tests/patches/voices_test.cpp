// A voice that sings by itself, one that a stream plays, vowels and voices, and timbre transfer.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/patches/rendered.h"

using namespace continuo::test;

namespace {

constexpr double kSilence_db = -70;

// A voice like a reed's: eight harmonics, 20 ms in and 50 ms out.
void add_note(std::vector<float>& to, double from_s, double until_s, double midi, double level,
              double vibrato_semitones = 0) {
  double phase = 0;
  for (auto i = static_cast<size_t>(from_s * 48000); i < static_cast<size_t>(until_s * 48000); ++i) {
    const double t = static_cast<double>(i) / 48000;
    const double pitch = midi + vibrato_semitones * std::sin(2 * M_PI * 5.5 * t);
    phase += 440 * std::exp2((pitch - 69) / 12) / 48000;
    double sum = 0;
    for (int k = 1; k <= 8; ++k) sum += std::sin(2 * M_PI * k * phase) / k;
    to[i] += static_cast<float>(level * sum * std::min({1.0, (t - from_s) / 0.02, (until_s - t) / 0.05}));
  }
}

}  // namespace

TEST_CASE("A voice sings by itself in its register, is steered, follows a player, and ends") {
  const Rendered score("sings-by-itself.txt");
  CHECK(heard(score.between(0, 0.2)).level_db < kSilence_db);
  int sounding = 0, breaths = 0;
  double lowest = 127, highest = 0;
  bool rests = true;
  for (double t = 0.4; t < 22; t += 0.3) {
    const Heard h = score.at(t, t + 0.3);
    const bool sings = h.voiced > 0.6;
    sounding += sings;
    breaths += !sings && !rests;
    rests = !sings;
    if (!sings) continue;
    lowest = std::min(lowest, h.midi), highest = std::max(highest, h.midi);
  }
  INFO(sounding << " of 72 stretches sound, " << breaths << " breaths, MIDI " << lowest << " to " << highest);
  CHECK(sounding > 45);
  CHECK(breaths >= 2);
  CHECK(highest - lowest > 5);  // a melody, no tone
  CHECK(lowest > 52);           // centre 65, and 70 from 12 s on
  CHECK(highest < 79);
  CHECK(score.at(26, 30).midi == Approx(69).margin(0.5));  // drawn there
  CHECK(score.at(26, 30).voiced > 0.7);
  CHECK(score.at(30.4, 31.4).midi == Approx(65).margin(0.3));  // a player's notes
  CHECK(score.at(31.8, 32.9).midi == Approx(70).margin(0.3));
  CHECK(score.at(40.6, 41.4).level_db < kSilence_db);
  CHECK(score.at(41.62, 41.8).midi == Approx(69).margin(0.1));  // the stream
  CHECK(score.at(42.3, 42.6).midi == Approx(57).margin(0.1));
  CHECK(score.at(43.2, 44).level_db < kSilence_db);
}

TEST_CASE("A stream of f0 and power is sung: scale, glide, swell, vibrato, silence") {
  const Rendered score("stream.txt");
  const double scale[] = {60, 62, 64, 65, 67};
  for (int k = 0; k < 5; ++k) {
    const Heard note = score.at(0.35 + 0.5 * k, 0.75 + 0.5 * k);
    INFO(text(note));
    CHECK(note.midi == Approx(scale[k]).margin(0.03));
    CHECK(note.voiced > 0.95);
    CHECK(note.level_db > -46);
  }
  CHECK(score.at(2.95, 3.45).level_db < kSilence_db);
  CHECK(score.at(3.6, 3.9).midi == Approx(72).margin(0.05));
  CHECK(score.at(4.4, 4.6).midi == Approx(66).margin(0.4));
  CHECK(score.at(5.1, 5.4).midi == Approx(60).margin(0.05));

  const Heard soft = score.at(6.1, 6.3), rising = score.at(7.0, 7.2), loud = score.at(7.8, 8.0),
              falling = score.at(8.8, 9.0), soft_again = score.at(9.5, 9.7);
  INFO("swell: " << soft.level_db << ", " << rising.level_db << ", " << loud.level_db << ", "
                 << falling.level_db << ", " << soft_again.level_db);
  CHECK(rising.level_db > soft.level_db + 8);
  CHECK(loud.level_db > rising.level_db + 8);
  CHECK(falling.level_db < loud.level_db - 12);
  CHECK(soft_again.level_db < falling.level_db - 4);
  CHECK(loud.noise_db < soft.noise_db - 10);  // a soft voice is breath
  CHECK(loud.midi == Approx(64).margin(0.05));
  CHECK(score.at(9.95, 10.25).level_db < kSilence_db);

  const Heard vibrato = score.at(10.5, 12.2);
  INFO(text(vibrato));
  CHECK(vibrato.vibrato_hz == Approx(6).margin(0.1));
  CHECK(vibrato.vibrato_cents == Approx(47).margin(5));  // 50 less what lines from frame to frame cut off
  CHECK(vibrato.midi == Approx(67).margin(0.1));

  CHECK(score.at(13.1, 13.4).midi == Approx(62).margin(0.05));
  CHECK(score.at(14, 15).level_db < kSilence_db);
}

TEST_CASE("The singing voice has vowels and voices") {
  const Rendered score("singing.txt");
  const Heard a = score.at(1.9, 2.7), o = score.at(3.3, 4.1), hum = score.at(4.7, 5.5),
              man = score.at(6.1, 6.9), man_a = score.at(7.5, 8.3), operatic = score.at(9.1, 10.3);
  for (const auto& [heard, midi] : {std::pair{score.at(0.6, 1.4), 60},
                                    {a, 64},
                                    {o, 67},
                                    {hum, 62},
                                    {man, 48},
                                    {man_a, 52},
                                    {operatic, 64}}) {
    INFO(text(heard));
    CHECK(heard.midi == Approx(midi).margin(0.1));
    CHECK(heard.voiced > 0.6);
    CHECK(heard.level_db > -46);
  }
  INFO(text(a) << "; " << text(o) << "; " << text(hum) << "; " << text(operatic));
  CHECK(a.tilt_db > o.tilt_db + 10);
  CHECK(a.tilt_db > hum.tilt_db + 4);
  CHECK(operatic.noise_db < a.noise_db - 5);
  CHECK(operatic.tilt_db < a.tilt_db - 1);
}

TEST_CASE("What comes in is played by the saxophone, by the violin, an octave up, and held") {
  std::vector<float> in(13 * 48000);
  add_note(in, 0.5, 1.2, 62, 0.15);
  add_note(in, 1.3, 2.0, 65, 0.15);
  add_note(in, 2.1, 2.8, 69, 0.08);
  add_note(in, 3.2, 3.9, 67, 0.15);
  add_note(in, 4.3, 5.5, 67, 0.15, 0.5);
  add_note(in, 6.4, 8.2, 60, 0.15);
  add_note(in, 8.7, 9.7, 62, 0.15);
  add_note(in, 11.3, 12.3, 64, 0.15);
  const Rendered score("transfer.txt", in);
  for (const auto& [from, until] : {std::pair{0.0, 0.48}, {5.8, 6.3}, {10.8, 11.2}, {12.6, 13.0}}) {
    INFO("silence from " << from << " s");
    CHECK(score.at(from, until).level_db < kSilence_db);
  }
  const Heard first = score.at(0.7, 1.2), second = score.at(1.5, 2.0), softer = score.at(2.3, 2.8);
  INFO(text(first) << "; " << text(second) << "; " << text(softer));
  CHECK(first.midi == Approx(62).margin(0.05));
  CHECK(second.midi == Approx(65).margin(0.05));
  CHECK(softer.midi == Approx(69).margin(0.05));
  CHECK(softer.level_db < first.level_db - 2.5);  // 5.5 dB softer came in
  CHECK(first.noise_db > -60);                    // the model's own breath: the input has none
  const Heard violin = score.at(4.6, 5.5);
  INFO(text(violin));
  CHECK(violin.midi == Approx(67).margin(0.1));
  CHECK(violin.vibrato_hz == Approx(5.5).margin(0.15));
  CHECK(violin.vibrato_cents == Approx(47).margin(7));
  CHECK(violin.tilt_db > first.tilt_db + 4);
  const Heard higher = score.at(6.8, 8.1), lower = score.at(9.0, 9.5), held = score.at(9.9, 10.4);
  INFO(text(higher) << "; " << text(lower) << "; " << text(held));
  CHECK(higher.midi == Approx(72).margin(0.05));
  CHECK(lower.midi == Approx(62).margin(0.05));
  CHECK(held.midi == Approx(62).margin(0.05));
  CHECK(held.level_db == Approx(lower.level_db).margin(2));
  // Mixed with half of the input, which is purer and brighter.
  const Heard mixed = score.at(11.6, 12.3);
  INFO(text(mixed));
  CHECK(mixed.midi == Approx(64).margin(0.05));
  CHECK(mixed.level_db > lower.level_db + 4);
  CHECK(mixed.noise_db < lower.noise_db - 6);
}
