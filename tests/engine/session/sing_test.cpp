// Voices that sing by themselves, and voices that a stream plays: over OSC, heard by the project's own
// tracker.
#include <algorithm>
#include <cmath>

#include "engine/dsp/pitch_tracker.h"
#include "engine/session/instrument_maker.h"
#include "models/ddsp/inference/random_model.h"
#include "models/song/inference/random_model.h"
#include "tests/engine/session/rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

// A library with a voice of random weights (in tune all the same) and the song that ships.
struct Singing {
  explicit Singing(bool with_song = true) {
    const auto models = folder.path() / "models";
    ddsp::random_model({.name = "voice"}).write((models / "voice.safetensors").string());
    if (with_song) {
      std::filesystem::copy("models/trained/folk-song.safetensors", models / "folk-song.safetensors");
      song::random_model(song::random_config(2), 1).write((models / "other-song.safetensors").string());
    }
    rig.emplace(folder.path(), "", &maker);
    rig->say("/part/new \"ddsp\" \"voice\" \"voice\"");
    rig->run(0.05);
  }
  Folder folder;
  StandardMaker maker;
  std::optional<Rig> rig;
};

// Each 10 ms.
std::vector<dsp::PitchFrame> frames_of(const std::vector<float>& audio) {
  dsp::PitchTracker tracker;
  dsp::PitchSpec spec;
  spec.sample_rate = 48000;
  spec.hop = 480;
  tracker.prepare(spec);
  std::vector<dsp::PitchFrame> frames(audio.size() / 480 + 8);
  frames.resize(tracker.process(audio, frames));
  return frames;
}

// Median pitch, MIDI, of what is voiced; 0 when nothing is.
float pitch_of(const std::vector<float>& audio) {
  std::vector<float> midi;
  for (const auto& f : frames_of(audio)) {
    if (f.voiced) midi.push_back(69 + 12 * std::log2(f.f0_hz / 440));
  }
  if (midi.empty()) return 0;
  std::nth_element(midi.begin(), midi.begin() + static_cast<long>(midi.size() / 2), midi.end());
  return midi[midi.size() / 2];
}

float peak_of(const std::vector<float>& audio) {
  float most = 0;
  for (const float x : audio) most = std::max(most, std::fabs(x));
  return most;
}

bool has(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("a part sings by itself, and stops") {
  Singing s;
  Rig& rig = *s.rig;
  CHECK(has(rig.say("/model/songs"), "\"folk-song\""));
  CHECK_FALSE(has(rig.say("/model/list"), "folk-song"));
  CHECK(has(rig.say("/part/1/sing/model"), "folk-song"));
  CHECK(peak_of(rig.run(0.3)) < 1e-4f);
  rig.say("/part/1/sing/seed 4");
  CHECK(rig.say("/part/1/sing 1").empty());
  CHECK(peak_of(rig.run(4)) > 0.01f);
  CHECK(rig.value("/part/1/sing") == 1);
  rig.say("/part/1/sing 0");
  rig.run(1.5);
  CHECK(peak_of(rig.run(1)) < 1e-4f);
  rig.say("/part/1/sing 1");
  CHECK(peak_of(rig.run(4)) > 0.01f);
  rig.say("/panic");
  CHECK(rig.value("/part/1/sing") == 0);
  rig.run(0.5);
  CHECK(peak_of(rig.run(1)) < 1e-4f);
}

TEST_CASE("without a song model, and where nothing can be driven, the reason is told") {
  Singing s(false);
  Rig& rig = *s.rig;
  CHECK(has(rig.say("/part/1/sing 1"), "there is no song model"));
  CHECK(rig.value("/part/1/sing") == 0);
  CHECK(has(rig.say("/part/1/sing/model \"nobody\""), "/model/songs names those that are"));
  rig.say("/part/new \"additive\" \"plain\"");
  rig.run(0.05);
  CHECK(has(rig.say("/part/2/stream 440.0 -20.0"), "an additive part is not played by a stream"));
  CHECK(has(rig.say("/part/2/sing/model \"nobody\""), "an additive part does not sing"));
  CHECK(has(rig.say("/part/1/stream -5.0 -20.0"), "/fail"));
}

TEST_CASE("it sings the notes that are played, as long as they are held") {
  Singing s;
  Rig& rig = *s.rig;
  rig.say("/part/1/sing/seed 2");
  rig.say("/part/1/sing 1");
  rig.run(2);
  rig.say("/part/1/note 63 100");
  rig.run(0.4);
  CHECK(pitch_of(rig.run(2)) == Approx(63).margin(0.4));
  CHECK(rig.session->stage().voices(0) == 1);
  rig.say("/part/1/note 58 100");
  rig.run(0.4);
  CHECK(pitch_of(rig.run(1.5)) == Approx(58).margin(0.4));
  rig.say("/part/1/note 58 0");  // back to the one that is still down
  rig.run(0.4);
  CHECK(pitch_of(rig.run(1.5)) == Approx(63).margin(0.4));
  rig.say("/part/1/note 63 0");
  rig.run(3);
  rig.say("/part/1/sing/follow 0");
  rig.say("/part/1/note 70 100");
  rig.run(0.2);
  CHECK(rig.session->stage().voices(0) == 2);
}

TEST_CASE("mute, hold, steer and the register act on the voice that sings") {
  Singing s;
  Rig& rig = *s.rig;
  for (const char* text :
       {"/part/1/sing/seed 5", "/part/1/sing/centre 72.0", "/part/1/sing/range 3.0", "/part/1/sing 1"})
    rig.say(text);
  rig.run(1);
  CHECK(pitch_of(rig.run(6)) == Approx(72).margin(4));
  rig.say("/part/1/sing/mute 1");
  rig.run(0.5);
  CHECK(peak_of(rig.run(2)) < 1e-3f);
  rig.say("/part/1/sing/mute 0");
  rig.run(3);
  rig.say("/part/1/sing/steer/pitch 70.0");
  rig.say("/part/1/sing/steer 1.0");
  rig.run(4);
  CHECK(pitch_of(rig.run(4)) == Approx(70).margin(0.5));
}

TEST_CASE("the same seed sings the same, at every block size") {
  const auto take = [](uint32_t block) {
    Singing s;
    Rig& rig = *s.rig;
    for (const char* text : {"/part/1/sing/seed 9", "/part/1/sing 1"}) rig.say(text);
    std::vector<float> both(2 * 96000);
    rig.offline.render(96000, block, both);
    return both;
  };
  const auto a = take(64), b = take(333), c = take(64);
  CHECK(peak_of(a) > 0.01f);
  CHECK(a == b);
  CHECK(a == c);
}

TEST_CASE("a new seed is sung from the next breath on, without a click") {
  const auto song = [](int before, double seconds) {
    Singing s;
    Rig& rig = *s.rig;
    rig.say("/part/1/sing/seed " + std::to_string(before));
    rig.say("/part/1/sing 1");
    std::vector<float> out = rig.run(seconds);
    rig.say("/part/1/sing/seed 9");
    const auto then = rig.run(24);
    out.insert(out.end(), then.begin(), then.end());
    return out;
  };
  // The pitch at each 10 ms, 0 where nothing is sung.
  const auto pitches = [](const std::vector<float>& audio) {
    std::vector<float> midi;
    for (const auto& f : frames_of(audio)) midi.push_back(f.voiced ? 69 + 12 * std::log2(f.f0_hz / 440) : 0);
    return midi;
  };
  const auto steepest = [](const std::vector<float>& audio) {
    float most = 0;
    for (size_t i = 1; i < audio.size(); ++i) most = std::max(most, std::fabs(audio[i] - audio[i - 1]));
    return most;
  };
  const auto wanted = song(9, 0), changed = song(4, 5);
  CHECK(steepest(changed) < 1.2f * steepest(wanted));
  // Somewhere within the longest phrase after the change the song of seed 9 begins.
  const auto a = pitches(wanted), b = pitches(changed);
  int most = 0;
  for (size_t shift = 500; shift < 500 + 1300; ++shift) {
    int same = 0;
    for (size_t i = 0; i < 800; ++i) same += a[i] > 0 && std::fabs(a[i] - b[i + shift]) < 0.2f ? 1 : 0;
    most = std::max(most, same);
  }
  int sung = 0;
  for (size_t i = 0; i < 800; ++i) sung += a[i] > 0;
  INFO(most << " of " << sung);
  CHECK(sung > 400);
  CHECK(most > 0.9 * sung);
}

TEST_CASE("a stream of f0 and level is played, holds, and ends after its timeout") {
  Singing s;
  Rig& rig = *s.rig;
  rig.say("/part/1/stream 0.0 -20.0");  // silence needs no voice
  CHECK(rig.session->stage().voices(0) == 0);
  for (int i = 0; i < 100; ++i) {
    rig.say("/part/1/stream 330.0 -20.0");
    rig.run(0.01);
  }
  rig.say("/part/1/stream 330.0 -20.0");
  const auto sung = rig.run(0.4);
  CHECK(pitch_of(sung) == Approx(69 + 12 * std::log2(0.75f)).margin(0.05));
  CHECK(peak_of(sung) > 0.005f);
  rig.run(1.2);
  CHECK(peak_of(rig.run(0.5)) < 1e-4f);
  CHECK(rig.session->stage().voices(0) == 0);
  // 0 Hz is silence at once; a pitch after it is there without a glide.
  rig.say("/part/1/stream 440.0 -20.0");
  rig.run(0.3);
  rig.say("/part/1/stream 0.0 -20.0");
  rig.run(0.2);
  CHECK(peak_of(rig.run(0.1)) < 0.5f * peak_of(sung));  // a random model is soft there, not silent
  rig.say("/part/1/stream 220.0 -20.0");
  rig.run(0.1);
  CHECK(pitch_of(rig.run(0.3)) == Approx(57).margin(0.05));
}

TEST_CASE("a session that sang sings again when it is opened: the same song, by the same settings") {
  Singing s;
  Rig& rig = *s.rig;
  for (const char* text :
       {"/part/1/sing/model \"other-song\"", "/part/1/sing/seed 9", "/part/1/sing/centre 64.0",
        "/part/1/sing/range 7.0", "/part/1/sing/density 0.9", "/part/1/sing/follow 0", "/part/1/sing 1"})
    rig.say(text);
  rig.run(1);
  CHECK(has(rig.say("/session/save evening"), "/done"));
  s.rig.reset();

  s.rig.emplace(s.folder.path(), "evening", &s.maker);
  CHECK(s.rig->log.empty());
  CHECK(has(s.rig->say("/part/1/sing/model"), "other-song"));
  CHECK(s.rig->value("/part/1/sing") == 1);
  CHECK(s.rig->value("/part/1/sing/seed") == 9);
  CHECK(s.rig->value("/part/1/sing/centre") == 64);
  CHECK(s.rig->value("/part/1/sing/density") == Approx(0.9));
  CHECK(s.rig->value("/part/1/sing/follow") == 0);
  CHECK(s.rig->session->stage().voices(0) == 1);
  const auto restored = s.rig->run(6);
  CHECK(peak_of(restored) > 0.01f);
  // What is sung is the song of seed 9, from its beginning: as a part does that is told to sing.
  for (const char* text : {"/part/1/sing 0", "/part/1/sing 1"}) s.rig->say(text);
  const auto again = frames_of(s.rig->run(6));
  const auto first = frames_of(restored);
  int same = 0, voiced = 0;
  for (size_t i = 150; i < 550; ++i) {
    for (size_t shift = i - 12; shift <= i + 12; ++shift) {
      if (!first[i].voiced || !again[shift].voiced) continue;
      if (std::fabs(std::log2(first[i].f0_hz / again[shift].f0_hz)) > 0.02f) continue;
      ++same;
      break;
    }
    voiced += first[i].voiced;
  }
  INFO(same << " of " << voiced);
  CHECK(voiced > 100);
  CHECK(same > 0.9 * voiced);

  // Without its song it sings another, and says so; what was silenced stays silent.
  std::filesystem::remove(s.folder.path() / "models" / "other-song.safetensors");
  s.rig.emplace(s.folder.path(), "evening", &s.maker);
  CHECK(has(s.rig->log, "there is no song model \"other-song\"; it sings folk-song"));
  CHECK(peak_of(s.rig->run(4)) > 0.01f);
  s.rig->say("/part/1/silence");
  CHECK(s.rig->value("/part/1/sing") == 0);
  s.rig->say("/part/1/sing 1");
  s.rig->say("/part/1/note/off");
  CHECK(s.rig->value("/part/1/sing") == 0);
  CHECK(has(s.rig->say("/session/save"), "/done"));
  s.rig.emplace(s.folder.path(), "evening", &s.maker);
  CHECK(s.rig->value("/part/1/sing") == 0);
  CHECK(peak_of(s.rig->run(2)) < 1e-3f);
}

TEST_CASE("the song model changes while it sings") {
  Singing s;
  Rig& rig = *s.rig;
  rig.say("/part/1/sing 1");
  rig.run(1);
  CHECK(has(rig.say("/part/1/sing/model \"other-song\""), "/done"));
  rig.run(1);
  CHECK(has(rig.say("/part/1/sing/model"), "other-song"));
  CHECK(rig.value("/part/1/sing") == 1);
  CHECK(rig.session->stage().voices(0) == 1);
}
