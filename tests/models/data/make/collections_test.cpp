// MIDI that is written, WAD and MUS that are read, copyright files; FluidSynth and Festival where they are.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "models/data/make/festival.h"
#include "models/data/make/midi_file.h"
#include "models/data/make/packages.h"
#include "models/data/make/phrases.h"
#include "models/data/make/soundfont.h"
#include "models/data/make/sources.h"
#include "models/data/make/tools.h"
#include "models/data/make/wad.h"
#include "models/data/scratch_folder.h"
#include "tests/models/data/make/tracked.h"

using namespace continuo::make;
using namespace std::string_literals;

TEST_CASE("a MIDI file, byte by byte") {
  const std::string file = midi_file({{200, {0x80, 60, 64}}, {0, {0x90, 60, 100}}}, 480, 1);
  CHECK(file == "MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\r\0\x90\x3c\x64\x81\x48\x80\x3c\x40\1\xff\x2f\0"s);
}

TEST_CASE("a MUS score becomes MIDI") {
  // Program 5 on channel 0, a note with its own velocity, 140 ticks later its end.
  const std::string mus = "MUS\x1a\x0c\0\x10\0\1\0\0\0\0\0\0\0"s + "\x40\0\5\x90\xbc\x50\x81\x0c\0\x3c\x60"s;
  const std::string midi = mus_to_midi(mus);
  CHECK(midi.find("\xc0\5"s) != std::string::npos);
  CHECK(midi.find("\x90\x3c\x50"s) != std::string::npos);
  CHECK(midi.find("\x81\x0c\x80\x3c"s) != std::string::npos);
  CHECK_THROWS_WITH(mus_to_midi(mus.substr(0, 20)), Catch::Contains("ends too early"));
  const std::string wad = "PWAD\1\0\0\0"s + std::string(1, static_cast<char>(12 + mus.size())) + "\0\0\0"s +
                          mus + "\x0c\0\0\0"s + std::string(1, static_cast<char>(mus.size())) +
                          "\0\0\0D_E1M1\0\0"s;
  CHECK(wad_music(wad).at("D_E1M1") == midi);
  CHECK_THROWS_WITH(wad_music("nonsense, and long enough"), Catch::Contains("no WAD"));
  CHECK_THROWS(wad_music(wad.substr(0, wad.size() - 4)));
}

TEST_CASE("the last paragraph of a copyright file that matches decides") {
  const auto paragraphs = read_copyright(
      "Format: x\n\nFiles: *\nCopyright: A\nLicense: GPL-3\n text\n\nFiles: etc/a_*.flac\n etc/b.flac\n"
      "Copyright: B\n C\nLicense: CC0-1.0\n");
  REQUIRE(paragraphs.size() == 2);
  CHECK(copyright_of(paragraphs, "etc/a_1.flac")->licence == "CC0-1.0");
  CHECK(copyright_of(paragraphs, "etc/b.flac")->holder == "B; C");
  CHECK(copyright_of(paragraphs, "etc/c.flac")->licence == "GPL-3");
}

TEST_CASE("phrases stay in their range and have no two lives") {
  for (const Instrument& instrument : instruments()) {
    Random random(3, instrument.name);
    Gesture gesture;
    for (int i = 0; i < 20; ++i) add_phrase(gesture, phrase_style(instrument), random);
    for (const float midi : gesture.midi) {
      if (midi <= 0) continue;
      REQUIRE(midi > instrument.low - 2);
      REQUIRE(midi < instrument.high + 2);
    }
    CHECK(gesture.seconds() > 40);
  }
}

TEST_CASE("Festival sings the notes that it was given") {
  const auto missing = missing_packages(festival_needs());
  if (!missing.empty()) {
    WARN("skipped: " << missing.front() << " is not installed");
    return;
  }
  Random random(1);
  const FestivalSong song = sing_by_festival(compose_song(16, random), 16000);
  PitchCase sound;
  sound.name = "festival";
  sound.sample_rate = 16000;
  sound.hop = 160;
  sound.audio = song.audio;
  set_truth(sound, song.truth);
  const Tracked tracked = compare(track(sound.audio, 16000, 160), sound);
  if (std::getenv("CONTINUO_SHOW")) {
    std::printf("festival: %d frames, within 50 cents %.3f, octaves off %.3f, offset %+.1f cents\n",
                tracked.frames, tracked.accuracy, tracked.octaves, tracked.median_cents);
  }
  CHECK(tracked.accuracy > 0.6);  // its portamento and consonants are in the note's time
  CHECK(std::abs(tracked.median_cents) < 15);
}

TEST_CASE("MMA plays its grooves, and goes on where it was stopped") {
  if (!std::filesystem::exists(package_cache() / "mma")) {
    WARN("skipped: the package mma is not in " << package_cache().string());
    return;
  }
  const continuo::data::ScratchFolder folder;
  MakeOptions options;
  options.name = "midi-mma";
  options.out = folder.path() / "mma";
  std::size_t before = 0;
  for (int round = 0; round < 2; ++round) {
    std::atomic<bool> stop = false;
    std::jthread stopper([&](const std::stop_token& done) {
      const auto files = [&] {
        std::size_t n = 0;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(options.out, none))
          n += entry.path().extension() == ".mid";
        return n;
      };
      while (!done.stop_requested() && files() < before + 2)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      stop = true;
    });
    CHECK(make_source(options, stop) == 130);
    std::size_t now = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options.out)) {
      if (entry.path().extension() != ".mid") continue;
      ++now;
      std::ifstream in(entry.path(), std::ios::binary);
      CHECK(std::string(std::istreambuf_iterator<char>(in), {}).compare(0, 4, "MThd") == 0);
    }
    CHECK(now >= before + 2);
    before = now;
  }
}
