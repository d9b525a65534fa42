// What is said of a technique's movement, and the pitch of creak.
#include "models/ddsp/contour.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "models/ddsp/creak.h"

using namespace continuo::ddsp;

namespace {

constexpr double kRate = 100;

// One note of 3 s whose pitch (semitones from 60) and level (dB from -20) move.
template <typename Pitch, typename Level>
Clip note(Pitch pitch, Level level) {
  Clip clip;
  for (int j = 0; j < 360; ++j) {
    const double t = j / kRate - 0.3;
    const bool sounds = t >= 0 && t < 3;
    clip.midi.push_back(static_cast<float>(60 + (sounds ? pitch(t) : 0)));
    clip.db.push_back(sounds ? static_cast<float>(-20 + level(t)) : -80.f);
    clip.voiced.push_back(sounds);
  }
  return clip;
}

nlohmann::json contour_of(const Clip& clip) {
  const Clip* clips[] = {&clip};
  return describe_contour(clips, kRate);
}

double sine(double hz, double t) {
  return std::sin(2 * std::numbers::pi * hz * t);
}
double nothing(double) {
  return 0;
}

}  // namespace

TEST_CASE("a vibrato is told by rate, extent and delay") {
  const auto c = contour_of(note([](double t) { return t < 0.6 ? 0 : 0.5 * sine(5.5, t); }, nothing));
  CHECK(c["vibrato_hz"].get<double>() == Approx(5.5).margin(0.2));
  CHECK(c["vibrato_cents"].get<double>() == Approx(46).margin(8));
  CHECK(c["vibrato_delay_s"].get<double>() == Approx(0.6).margin(0.12));
  CHECK_FALSE(c.contains("trill_hz"));
  CHECK_FALSE(c.contains("tremolo_hz"));
}

TEST_CASE("a trill goes between two notes") {
  const auto c = contour_of(note([](double t) { return sine(6, t) > 0 ? 2.0 : 0.0; }, nothing));
  CHECK(c["trill_hz"].get<double>() == Approx(6).margin(0.2));
  CHECK(c["trill_semitones"].get<double>() == Approx(2).margin(0.25));
  CHECK_FALSE(c.contains("vibrato_hz"));
}

TEST_CASE("a trill keeps its width where the tracker rounds it") {
  const auto rounded = [](double t) { return 0.5 + 0.5 * std::tanh(2 * sine(6, t)) / std::tanh(2.0); };
  const auto c = contour_of(note(rounded, nothing));
  CHECK(c["trill_semitones"].get<double>() == Approx(1).margin(0.06));
}

TEST_CASE("a beat of the level is a tremolo") {
  const auto c = contour_of(note(nothing, [](double t) { return 5 * sine(7, t); }));
  CHECK(c["tremolo_hz"].get<double>() == Approx(7).margin(0.2));
  CHECK(c["tremolo_db"].get<double>() == Approx(5).margin(0.5));
  CHECK_FALSE(c.contains("vibrato_hz"));
}

TEST_CASE("a slide is told, and a held note has nothing to tell") {
  const auto slide = [](double t) { return 7 * std::clamp((t - 1) / 0.8, 0.0, 1.0); };
  const auto c = contour_of(note(slide, nothing));
  CHECK(c["glide_s"].get<double>() == Approx(0.8).margin(0.15));
  CHECK(c["glide_semitones"].get<double>() == Approx(7).margin(0.1));
  const auto held = contour_of(note(nothing, nothing));
  for (const char* key : {"vibrato_hz", "trill_hz", "tremolo_hz", "glide_s", "fry_hz"})
    CHECK_FALSE(held.contains(key));
  CHECK(held["jitter_cents"].get<double>() == Approx(0).margin(0.1));
}

TEST_CASE("slow uneven pulses have their rate as pitch") {
  std::vector<float> audio(48000);
  for (int n = 2400; n < 48000; n += 400) {  // 60 a second at 24 kHz, every other one weaker
    const float height = (n / 400) % 2 == 0 ? 0.5f : 0.35f;
    for (int i = 0; i < 60 && n + i < 48000; ++i)
      audio[static_cast<std::size_t>(n + i)] +=
          height * std::exp(-0.08f * static_cast<float>(i)) * std::sin(0.2f * static_cast<float>(i));
  }
  const std::size_t frames = 200;
  std::vector<float> db(frames, -30.f), midi(frames, 0.f);
  std::vector<char> voiced(frames, 0);
  fill_creak(audio, 24000, 240, db, voiced, midi);
  const double wanted = 69 + 12 * std::log2(60.0 / 440);
  for (std::size_t j = 30; j < 180; ++j) CHECK(midi[j] == Approx(wanted).margin(0.4));
  CHECK(midi[0] == Approx(wanted).margin(0.4));  // gaps take the nearest
}
