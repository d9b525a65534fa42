// What is said about a recording before it is cut, and what comes out of reading its stretches.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "models/data/audio/a_weighting.h"
#include "models/data/audio/stretch_reader.h"
#include "models/data/audio/survey.h"
#include "models/data/audio/vibrato.h"
#include "models/data/audio_file.h"
#include "tests/models/data/audio/sounds.h"

using namespace continuo::data;
using namespace continuo::data::testing;

namespace {

Sound stereo(const Sound& left, const Sound& right) {
  Sound out;
  for (std::size_t n = 0; n < left.size(); ++n) out.insert(out.end(), {left[n], right[n]});
  return out;
}

double rms(const Sound& sound) {
  double sum = 0;
  for (const float v : sound) sum += double{v} * v;
  return std::sqrt(sum / static_cast<double>(sound.size()));
}

}  // namespace

TEST_CASE("stereo is mixed, but where the channels cancel each other one is taken") {
  const ScratchFolder folder;
  const Sound a = tone(60, 1);
  write_sound(folder / "both.wav", stereo(a, a), 44100, 2);
  write_sound(folder / "against.wav", stereo(scaled(a, 0.9f), scaled(a, -1.f)), 44100, 2);
  write_sound(folder / "left.wav", stereo(a, silence(1)), 44100, 2);
  CHECK(survey_recording(folder / "both.wav").channel == kMixed);
  const Survey left = survey_recording(folder / "left.wav");
  CHECK(left.channel == kMixed);
  CHECK(left.mixing_loss_db == Approx(6.02).margin(0.05));
  const Survey against = survey_recording(folder / "against.wav");
  CHECK(against.channel == 1);
  CHECK(against.mixing_loss_db > 20);
  StretchReader reader(folder / "against.wav", against, 1, 16000);
  CHECK(rms(reader.read({0, 1})) == Approx(rms(a)).epsilon(0.02));
}

TEST_CASE("DC is taken off, the level does not count it, the peak neither") {
  const ScratchFolder folder;
  Sound a = joined({silence(0.5), tone(60, 1, 0.2), silence(0.5)});
  const double clean = rms(a);
  for (float& v : a) v += 0.2f;
  write_sound(folder / "dc.float.wav", a);
  const Survey survey = survey_recording(folder / "dc.float.wav");
  CHECK(survey.dc == Approx(0.2).margin(1e-3));
  CHECK(survey.db[10] < -60);
  StretchReader reader(folder / "dc.float.wav", survey, 1, 24000);
  CHECK(rms(reader.read({0, 2})) == Approx(clean).epsilon(0.01));
}

TEST_CASE("stretches are those of the whole file, resampled") {
  const ScratchFolder folder;
  const Sound sound = melody(3, 6);
  write_sound(folder / "a.flac", sound);
  const Sound whole = read_audio(folder / "a.flac", 16000);
  const Survey survey = survey_recording(folder / "a.flac");
  StretchReader reader(folder / "a.flac", survey, 0.5, 16000);
  for (const Stretch& s : {Stretch{0.5, 2.5}, Stretch{1.5, 3}, Stretch{5, 60}}) {
    const Sound part = reader.read(s);
    const auto from = static_cast<std::size_t>(s.begin_s * 16000);
    REQUIRE(part.size() == std::min(whole.size(), static_cast<std::size_t>(s.end_s * 16000)) - from);
    for (std::size_t n = 0; n < part.size(); n += 101)
      REQUIRE(part[n] == Approx(0.5 * (whole[from + n] - survey.dc)).margin(1e-4));
  }
}

TEST_CASE("the same samples have one hash, whatever the container") {
  const ScratchFolder folder;
  const Sound sound = melody(1, 1);
  write_sound(folder / "a.wav", sound);
  write_sound(folder / "b.flac", sound);
  write_sound(folder / "c.wav", scaled(sound, 0.5f));
  CHECK(survey_recording(folder / "a.wav").content == survey_recording(folder / "b.flac").content);
  CHECK(survey_recording(folder / "a.wav").content != survey_recording(folder / "c.wav").content);
}

TEST_CASE("clipping is seen where it is, at any level; clean low tones are not clipped") {
  const ScratchFolder folder;
  Sound loud = tone(50, 1, 0.9);
  for (float& v : loud) v = 0.6f * std::clamp(v, -0.8f, 0.8f);
  write_sound(folder / "clipped.wav", joined({tone(50, 1, 0.2), loud}));
  const Survey survey = survey_recording(folder / "clipped.wav");
  CHECK(clipped_share(survey, 0, 0.99) == 0);
  CHECK(clipped_share(survey, 1.1, 1.9) > 0.02);
  Sound low(44100);
  for (std::size_t n = 0; n < low.size(); ++n)
    low[n] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 40 * static_cast<double>(n) / 44100));
  write_sound(folder / "low.wav", low);
  CHECK(clipped_share(survey_recording(folder / "low.wav"), 0, 1) == 0);
}

TEST_CASE("bad files are told by name and reason") {
  const ScratchFolder folder;
  const auto reason = [&](const std::string& name) {
    try {
      survey_recording(folder / name);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  CHECK_THAT(reason("none.wav"), Catch::Contains("none.wav") && Catch::Contains("no such file"));
  write_text(folder / "empty.wav", "");
  CHECK_THAT(reason("empty.wav"), Catch::Contains("is empty"));
  write_text(folder / "text.wav", "this is not a sound at all, only words");
  CHECK_THAT(reason("text.wav"), Catch::Contains("no recording"));
  write_sound(folder / "zero.wav", {});
  CHECK_THAT(reason("zero.wav"), Catch::Contains("holds no audio"));
  Sound nan = tone(60, 0.5);
  nan[1000] = std::numeric_limits<float>::quiet_NaN();
  write_sound(folder / "nan.float.wav", nan);
  CHECK_THAT(reason("nan.float.wav"), Catch::Contains("not numbers"));
  write_sound(folder / "slow.wav", tone(60, 0.5), 3);
  CHECK_THAT(reason("slow.wav"), Catch::Contains("3 Hz"));

  // A header that promises what the file lacks.
  write_sound(folder / "whole.wav", tone(60, 2));
  const std::string wav = read_text(folder / "whole.wav");
  write_text(folder / "cut.wav", wav.substr(0, wav.size() / 2));
  CHECK(survey_recording(folder / "cut.wav").missing_s == Approx(1).margin(0.01));
  CHECK(survey_recording(folder / "whole.wav").missing_s == 0);
  write_sound(folder / "whole.flac", tone(60, 2));
  const std::string flac = read_text(folder / "whole.flac");
  write_text(folder / "cut.flac", flac.substr(0, flac.size() / 2));
  CHECK(survey_recording(folder / "cut.flac").missing_s > 0.5);
  // STREAMINFO's 36 bits of length, all set: 2^36 frames.
  std::string lying = flac;
  lying[21] = static_cast<char>(lying[21] | 0x0f);
  for (int i = 22; i < 26; ++i) lying[static_cast<std::size_t>(i)] = static_cast<char>(0xff);
  write_text(folder / "lying.flac", lying);
  const Survey survey = survey_recording(folder / "lying.flac");
  CHECK(survey.seconds == Approx(2).margin(0.01));
  CHECK(survey.missing_s > 1e6);
  // A recorder that could not go back to its header.
  std::string piped = wav;
  for (std::size_t i = 0; i < 4; ++i)
    piped[i + 4] = piped[piped.find("data") + 4 + i] = static_cast<char>(0xff);
  write_text(folder / "piped.wav", piped);
  CHECK(survey_recording(folder / "piped.wav").missing_s == 0);
}

TEST_CASE("A-weighting follows the table of IEC 61672-1") {
  const std::pair<double, double> table[] = {{31.5, -39.4}, {63, -26.2},  {125, -16.1}, {250, -8.6},
                                             {500, -3.2},   {1000, 0},    {2000, 1.2},  {4000, 1.0},
                                             {6300, -0.1},  {8000, -1.1}, {10000, -2.5}};
  for (const double rate : {16000.0, 24000.0, 48000.0}) {
    for (const auto& [hz, db] : table) {
      if (hz > 0.4 * rate) continue;
      Sound sine(static_cast<std::size_t>(rate));
      for (std::size_t n = 0; n < sine.size(); ++n)
        sine[n] = static_cast<float>(std::sin(2 * std::numbers::pi * hz * static_cast<double>(n) / rate));
      AWeighting(rate).process(sine);
      INFO(hz << " Hz at " << rate);
      CHECK(20 * std::log10(rms({sine.begin() + static_cast<std::ptrdiff_t>(rate / 2), sine.end()}) *
                            std::sqrt(2)) ==
            Approx(db).margin(0.6));
    }
  }
}

TEST_CASE("vibrato is found with its rate and extent, in spite of a glide; a steady note has none") {
  std::vector<float> f0(200);
  for (std::size_t j = 0; j < f0.size(); ++j) {
    const double t = static_cast<double>(j) / 100;
    const double cents = 40 * std::sin(2 * std::numbers::pi * 5.6 * t) + 100 * t;
    f0[j] = static_cast<float>(300 * std::exp2(cents / 1200));
  }
  const Vibrato vibrato = find_vibrato(f0, 100);
  CHECK(vibrato.rate_hz == Approx(5.6).margin(0.15));
  CHECK(vibrato.extent_cents == Approx(40).epsilon(0.1));
  CHECK(find_vibrato(std::vector<float>(200, 300.f), 100).rate_hz == 0);
  CHECK(find_vibrato(std::vector<float>(40, 300.f), 100).extent_cents == 0);
  CHECK(find_vibrato({}, 100).rate_hz == 0);
}
