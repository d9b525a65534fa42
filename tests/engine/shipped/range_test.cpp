// Beyond what a voice was trained on: it is told over OSC, the rails keep the sound together, and without
// them it goes on all the same.
#include "tests/engine/shipped/voice.h"
#include "tests/patches/heard.h"

using namespace continuo;
using namespace continuo::session;

namespace {

std::string hz(double midi) {
  return std::to_string(440 * std::exp2((midi - 69) / 12));
}

// The voice at a pitch and power, once it has settled.
test::Heard streamed(Rig& rig, double midi, double db, double seconds = 0.5) {
  rig.say("/part/v/stream " + hz(midi) + " " + std::to_string(db) + " 0.0");
  rig.run(0.4);
  const auto audio = rig.run(seconds);
  REQUIRE(std::all_of(audio.begin(), audio.end(), [](float x) { return std::isfinite(x); }));
  return test::heard(audio);
}

std::string last_told(const Rig& rig, const std::string& address) {
  for (size_t i = rig.heard.size(); i-- > 0;) {
    if (rig.heard[i].text.starts_with(address + " ")) return rig.heard[i].text.substr(address.size() + 1);
  }
  return "nothing";
}

}  // namespace

TEST_CASE("notes and streams beyond the trained range are told over OSC") {
  for (const std::string& name : shipped_voices()) {
    INFO(name);
    ShippedVoice voice(name);
    Rig& rig = *voice.rig;
    const auto& pitch = *voice.config.pitch_midi;
    const auto& power = *voice.config.note_power_db;
    const double middle = std::round((pitch.p1 + pitch.p99) / 2);
    CHECK(rig.say("/part/v/range") == std::vector<std::string>{"/part/v/range \"ok\""});
    rig.say("/notify 1");
    const auto note = [&](double midi) {
      const std::string key = std::to_string(std::lround(midi));
      rig.say("/part/v/note " + key + " 100");
      rig.run(0.4);
      const std::string told = last_told(rig, "/part/1/range");
      rig.say("/part/v/note " + key + " 0");
      rig.run(1.5);
      return told;
    };
    CHECK(note(middle) == "nothing");  // it did not change
    CHECK(note(std::ceil(pitch.p99) + 3) == "\"high_pitch\"");
    CHECK(last_told(rig, "/part/1/range") == "\"ok\"");
    CHECK(note(std::floor(pitch.p1) - 3) == "\"low_pitch\"");
    CHECK(last_told(rig, "/part/1/range") == "\"ok\"");
    rig.say("/part/v/loudness 20.0");
    CHECK(note(middle) == "\"loud\"");
    rig.say("/part/v/loudness 0.0");

    rig.say("/part/v/stream/timeout 60.0");
    streamed(rig, middle, static_cast<double>(power.p50));
    CHECK(last_told(rig, "/part/1/range") == "\"ok\"");
    streamed(rig, static_cast<double>(pitch.p99) + 12, 10);
    CHECK(last_told(rig, "/part/1/range") == "\"high_pitch loud\"");
    CHECK(rig.say("/part/v/range") == std::vector<std::string>{"/part/v/range \"high_pitch loud\""});
    streamed(rig, static_cast<double>(pitch.p1) - 5, static_cast<double>(power.p5) - 18);
    CHECK(last_told(rig, "/part/1/range") == "\"low_pitch soft\"");
    rig.say("/part/v/stream 0.0 -80.0");
    rig.run(0.5);
    CHECK(last_told(rig, "/part/1/range") == "\"ok\"");
  }
}

TEST_CASE("live input beyond the trained range is told over OSC") {
  ShippedVoice voice("violin");
  Rig& rig = *voice.rig;
  rig.say("/notify 1");
  rig.say("/part/v/input/auto 0");
  rig.say("/part/v/input/channel 1");
  std::vector<float> in(3 * 48000, 0.f);
  const auto tone = [&](size_t from, size_t until, double f) {
    for (size_t i = from; i < until; ++i) {
      for (int k = 1; k <= 6; ++k)
        in[i] += static_cast<float>(0.15 / k * std::sin(2 * M_PI * f * k * static_cast<double>(i) / 48000));
    }
  };
  tone(4800, 48000, 110);  // A2, ten semitones below its lowest string
  tone(72000, 110000, 440);
  rig.offline.set_input(in);
  rig.run(0.8);
  CHECK(last_told(rig, "/part/1/input/range") == "\"low_pitch\"");
  rig.run(0.6);
  CHECK(last_told(rig, "/part/1/input/range") == "\"ok\"");
  rig.say("/part/v/input/gain 30.0");
  rig.run(0.7);
  CHECK(last_told(rig, "/part/1/input/range") == "\"loud\"");
  rig.run(0.9);
  CHECK(last_told(rig, "/part/1/input/range") == "\"ok\"");
}

TEST_CASE("the rails keep the sound together at any pitch and power") {
  for (const std::string& name : shipped_voices()) {
    ShippedVoice voice(name);
    Rig& rig = *voice.rig;
    rig.say("/part/v/stream/timeout 60.0");
    const double p1 = voice.config.pitch_midi->p1, p99 = voice.config.pitch_midi->p99,
                 p50 = voice.config.note_power_db->p50, p95 = voice.config.note_power_db->p95;
    // What the voice does within its range, at its loudest.
    double loudest = -120, roughest = -120, most_tremolo = 0;
    for (const double midi : {p1 + 1, (p1 + p99) / 2, p99 - 1}) {
      loudest = std::max(loudest, streamed(rig, midi, p95 + 6).level_db);
      const test::Heard usual = streamed(rig, midi, p50);
      roughest = std::max(roughest, usual.noise_db);
      most_tremolo = std::max(most_tremolo, usual.tremolo_db);
    }
    for (const double midi :
         {p1 - 24, p1 - 12, p1 - 4, p1, (p1 + p99) / 2, p99, p99 + 4, p99 + 12, p99 + 24}) {
      for (const double db : {p50, p95 + 12, 20.0}) {
        const test::Heard heard = streamed(rig, midi, db);
        INFO(name << ", MIDI " << midi << ", " << db << " dB: " << test::text(heard)
                  << "; within the range up to " << loudest << " dB, noise " << roughest << " dB, tremolo "
                  << most_tremolo << " dB");
        CHECK(heard.level_db < loudest + 3);
        CHECK(heard.level_db > -60);
        CHECK(heard.tremolo_db < most_tremolo + 1.5);                    // nothing swings
        if (midi < p1 - 4 || midi > 96 || heard.voiced < 0.5) continue;  // where the tracker hears it
        CHECK(heard.midi == Approx(midi).margin(0.1));
        CHECK(heard.noise_db < roughest + 17);
      }
    }
  }
}

TEST_CASE("without the rails the network hears what was asked for, and comes back from it") {
  for (const std::string& name : shipped_voices()) {
    ShippedVoice voice(name);
    Rig& rig = *voice.rig;
    rig.say("/part/v/stream/timeout 60.0");
    const double p1 = voice.config.pitch_midi->p1, p99 = voice.config.pitch_midi->p99,
                 p50 = voice.config.note_power_db->p50, middle = (p1 + p99) / 2;
    const test::Heard before = streamed(rig, middle, p50, 1);
    std::vector<double> with, without;
    for (const bool rails : {true, false}) {
      rig.say("/part/v/rails " + std::to_string(rails ? 1 : 0));
      for (const auto& [midi, db] : {std::pair{middle, 20.0}, {p99 + 24, 20.0}, {p1 - 24, 20.0}})
        (rails ? with : without).push_back(streamed(rig, midi, db).level_db);
    }
    for (size_t i = 0; i < with.size(); ++i) {
      INFO(name << " " << i << ": " << with[i] << " dB with rails, " << without[i] << " dB without");
      CHECK(without[i] > -50);  // it plays on
      CHECK(without[i] < 0);
    }
    INFO(name << ": " << with[0] << " dB with rails, " << without[0] << " dB without");
    CHECK(without[0] > with[0] + 0.5);
    const test::Heard after = streamed(rig, middle, p50, 1);
    INFO(test::text(before) << "; " << test::text(after));
    // The network remembers where it was: the colour may stay another one as long as the voice sounds.
    CHECK(after.level_db == Approx(before.level_db).margin(4));
    CHECK(after.midi == Approx(before.midi).margin(0.05));
    rig.say("/part/v/silence");
    rig.run(0.3);
    const test::Heard anew = streamed(rig, middle, p50, 1);
    INFO(test::text(anew));
    CHECK(anew.level_db == Approx(before.level_db).margin(0.5));
    CHECK(anew.tilt_db == Approx(before.tilt_db).margin(0.5));
    CHECK(anew.noise_db == Approx(before.noise_db).margin(3));
  }
}
