// Folk tunes as a singer sings them: tunes read, phrases between breaths, a set on disk.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>

#include "models/data/make/midi_file.h"
#include "models/data/make/sources.h"
#include "models/data/make/sung_tune.h"
#include "models/data/scratch_folder.h"
#include "models/data/set.h"

using namespace continuo::make;
namespace fs = std::filesystem;

namespace {

// Eight bars of quarters and eighths, the last of each fourth bar long; chords on another channel.
std::string tune_midi() {
  std::vector<MidiEvent> events;
  const int scale[] = {62, 64, 66, 67, 69, 71, 73, 74};
  long tick = 0;
  for (int bar = 0; bar < 8; ++bar) {
    for (int beat = 0; beat < 4; ++beat) {
      const auto pitch = static_cast<std::uint8_t>(scale[(bar * 3 + beat * 2) % 8]);
      const long length = bar % 4 == 3 && beat == 2 ? 960 : 480;
      if (bar % 4 == 3 && beat == 3) continue;
      events.push_back({tick, {0x90, pitch, 90}});
      events.push_back({tick + length, {0x80, pitch, 0}});
      tick += length;
    }
    events.push_back({bar * 1920L, {0x91, 38, 80}});
    events.push_back({bar * 1920L + 1900, {0x81, 38, 0}});
  }
  return midi_file(events, 480);
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("tunes are the lowest channel's melody") {
  const continuo::data::ScratchFolder scratch;
  continuo::data::write_file(scratch / "a.mid", tune_midi());
  continuo::data::write_file(scratch / "broken.mid", "MThd nothing");
  const auto tunes = read_tunes(scratch.path());
  REQUIRE(tunes.size() == 1);
  CHECK(tunes[0].name == "a");
  CHECK(tunes[0].notes.size() == 30);
  CHECK(tunes[0].notes[0].midi == 62);
  CHECK(tunes[0].bar == 4);
  CHECK_THROWS_WITH(read_tunes("/nowhere"), Catch::Contains("no such folder"));
  const continuo::data::ScratchFolder empty;
  CHECK_THROWS_WITH(read_tunes(empty.path()), Catch::Contains("holds no tune"));
}

TEST_CASE("phrases are as long as a breath, in the voice's range, and no note stays for ever") {
  const continuo::data::ScratchFolder scratch;
  continuo::data::write_file(scratch / "a.mid", tune_midi());
  const Tune tune = read_tunes(scratch.path()).at(0);
  std::set<Technique> techniques;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SingerVoice& voice = singer_voices()[seed % singer_voices().size()];
    Random random(seed);
    const auto phrases = sing_tune(tune, voice, 30, random);
    REQUIRE_FALSE(phrases.empty());
    for (const SungPhrase& phrase : phrases) {
      techniques.insert(phrase.technique);
      CHECK(phrase.gesture.seconds() < 14);
      CHECK(phrase.gesture.midi.front() == 0);  // it begins with a breath
      double held = 0;
      for (std::size_t i = 1; i < phrase.gesture.points(); ++i) {
        const float now = phrase.gesture.midi[i], last = phrase.gesture.midi[i - 1];
        if (now <= 0) continue;
        REQUIRE((now > voice.low - 4 && now < voice.high + 4));
        REQUIRE(phrase.gesture.db[i] <= 0);
        // Nothing jumps within a phrase: a voice goes from pitch to pitch.
        if (last > 0) REQUIRE(std::abs(now - last) < 2.0);
        held += 0.001;
      }
      CHECK(held > 0.5);
    }
  }
  CHECK(techniques.size() == 6);
}

TEST_CASE("the source leaves audio, the truth with its techniques, and says whose tunes they are") {
  const continuo::data::ScratchFolder scratch;
  fs::create_directories(scratch / "tunes");
  continuo::data::write_file(scratch.path() / "tunes" / "a.mid", tune_midi());
  MakeOptions options;
  options.name = "folk-singing";
  options.out = scratch / "out";
  options.minutes = 0.1;
  options.tunes = scratch / "tunes";
  std::atomic<bool> stop = false;
  REQUIRE(make_source(options, stop) == 0);
  const std::string labels = text_of(options.out / "labels.csv");
  CHECK(labels.find("file,technique,vowel,voice,tune,seconds\nfolk-0000-a-") == 0);
  CHECK(text_of(options.out / "README.md").find("licence: that of the tunes") != std::string::npos);
  for (const auto& entry : fs::directory_iterator(options.out / "truth")) {
    const std::string truth = text_of(entry.path());
    CHECK(truth.find("time_s,f0_hz,voiced,gain_db,technique\n") == 0);
  }
  options.tunes.clear();
  options.out = scratch / "other";
  ::unsetenv("CONTINUO_DATA");
  CHECK_THROWS_WITH(make_source(options, stop), Catch::Contains("--tunes FOLDER"));
}
