// Files that are cut, empty, huge, or that lie: each gets a message that says what is wrong, and none of them
// takes memory or time out of proportion.
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "models/data/midi/extract.h"
#include "models/data/midi/smf.h"
#include "tests/models/data/midi/midi_bytes.h"

using namespace continuo::symbolic;
using namespace continuo::test;
using Catch::Contains;

namespace {

Bytes tune() {
  return TrackBytes().line(0, 24, {60, 62, 64, 65}, 4).end();
}

std::string remarks(const Bytes& bytes) {
  std::string all;
  for (const std::string& remark : read_smf(bytes).remarks) all += remark + "\n";
  return all;
}

void append(Bytes& to, const Bytes& what) {
  to.insert(to.end(), what.begin(), what.end());
}

}  // namespace

TEST_CASE("nothing, too little, something else") {
  CHECK_THROWS_WITH(read_smf({}), Contains("the file is empty") && Contains("MThd"));
  CHECK_THROWS_WITH(read_smf(Bytes{'M', 'T', 'h', 'd', 0, 0}), Contains("ends in its header"));
  CHECK_THROWS_WITH(read_smf(Bytes(5000, 0)), Contains("no MIDI file"));
  CHECK_THROWS_WITH(read_smf_file("/nowhere/at/all.mid"), Contains("can't be opened"));
  CHECK_THROWS_WITH(read_smf_file("/tmp"), Contains("can't be"));  // a folder
}

TEST_CASE("a header that lies") {
  Bytes file = midi_file({tune()});
  file[11] = 9;  // nine tracks
  CHECK_THAT(remarks(file), Contains("promises 9 tracks, the file holds 1"));
  file = midi_file({tune()});
  file[4] = 0xff;  // a header of 4 GB
  CHECK(read_smf(file).notes.size() == 16);
  CHECK_THROWS_WITH(read_smf(midi_file({tune()}, 0xe728)), Contains("SMPTE") && Contains("25 a second"));
  CHECK_THROWS_WITH(read_smf(midi_file({tune()}, 96, 77)), Contains("format 77") && Contains("byte 8"));
}

TEST_CASE("a track that lies about its length") {
  Bytes file = midi_file({tune(), tune()});
  file[18] = 0x7f;  // the first track claims 2 GB
  const Sequence s = read_smf(file);
  CHECK(s.notes.size() == 32);  // the second one is found all the same
  CHECK_THAT(remarks(file), Contains("track 1 at byte 14 says that it has 21"));
  file = midi_file({tune()});
  file.resize(file.size() - 30);
  CHECK(read_smf(file).notes.size() > 8);
  CHECK_THAT(remarks(file), Contains("are left in the file"));
}

TEST_CASE("events that lie") {
  const auto one = [](Bytes events) {
    Bytes track = TrackBytes().note(60, 0, 24).end();
    track.resize(track.size() - 4);
    append(track, events);
    return midi_file({track});
  };
  CHECK_THAT(remarks(one({0, 0xff, 1, 0xff, 0xff, 0xff, 0x7f})),
             Contains("a meta event needs 268435455 bytes, 0 are left"));
  CHECK_THAT(remarks(one({0, 0xf0, 0xff, 0xff, 0x7f})), Contains("a system exclusive message needs"));
  CHECK_THAT(remarks(one({0x81, 0x81, 0x81, 0x81, 0x81})), Contains("goes on after its fourth byte"));
  CHECK_THAT(remarks(one({0, 0x90, 0x90})), Contains("0x90 where a data byte (below 0x80) belongs"));
  CHECK_THAT(remarks(one({0, 0xf4})), Contains("0xF4 is no event of a MIDI file"));
  CHECK_THAT(remarks(one({0xff, 0xff, 0xff, 0x7f, 0x90, 60, 1})), Contains("65536 quarter notes"));
  CHECK_THAT(remarks(one({0, 0xff, 0x51, 3, 0, 0, 0})), Contains("a tempo that is not three bytes above 0"));
  CHECK_THAT(remarks(one({0, 0xff, 0x58, 4, 4, 60, 0, 0})), Contains("a metre that is none"));
  CHECK_THAT(remarks(one({0, 0x90, 62, 9})), Contains("notes that never end are left out: 1"));
  CHECK_THAT(remarks(midi_file({{0, 60, 60}, tune()})), Contains("0x3C without a status byte"));
}

TEST_CASE("a huge file is refused before it is read") {
  CHECK_THROWS_WITH(read_smf(Bytes(kLargestFile + 1)), Contains("64 MiB"));
  const auto file = std::filesystem::temp_directory_path() / "continuo-huge.mid";
  std::ofstream(file).put('M');
  std::filesystem::resize_file(file, 5ull << 30);  // 5 GiB of nothing
  std::vector<std::uint8_t> bytes;
  CHECK_THROWS_WITH(read_smf_file(file, bytes), Contains("MIDI files up to 64 MiB are read"));
  CHECK(bytes.size() <= 2 * kLargestFile);
  std::filesystem::remove(file);
}

// Each of these took minutes or gigabytes once, or would have.
TEST_CASE("files made to be slow are not") {
  Bytes file;
  SECTION("tracks and nothing else: remarks are bounded") {
    file = midi_file({tune()});
    for (int i = 0; i < 200'000; ++i) append(file, {'M', 'T', 'r', 'k', 0xff, 0, 0, 0, 1});
    CHECK(read_smf(file).remarks.size() <= 21);
  }
  SECTION("notes that all last to the end") {
    TrackBytes track;
    for (int i = 0; i < 100'000; ++i) track.at(24 * i, {0x90, 30 + i % 90, 90});
    for (int pitch = 30; pitch < 120; ++pitch) track.at(24 * 100'000, {0x80, pitch, 0});
    file = midi_file({track.end()});
  }
  SECTION("another program for every note") {
    TrackBytes track;
    for (int i = 0; i < 100'000; ++i) {
      track.at(24 * i, {0xc0 | (i / 128 % 16 == 9 ? 8 : i / 128 % 16), i % 128});
      track.note(60, 24 * i, 24 * i + 24, 90, i / 128 % 16 == 9 ? 8 : i / 128 % 16);
    }
    file = midi_file({track.end()});
  }
  SECTION("bars of one step, three voices that never sound together") {
    std::vector<Bytes> tracks{TrackBytes().metre(0, 1, 4).end()};
    for (int voice = 0; voice < 3; ++voice) {
      TrackBytes track;
      if (voice < 2) track.at(0, {0xc0 | voice, voice * 33});
      for (int i = 0; i < 20'000; ++i)
        track.note(40, 480 * i + 120 * voice, 480 * i + 120 * voice + 24, 90, voice == 2 ? 9 : voice);
      tracks.push_back(track.end());
    }
    file = midi_file(tracks);
  }
  SECTION("a tempo for every note of many instruments") {
    std::vector<Bytes> tracks;
    TrackBytes tempi;
    for (int i = 0; i < 50'000; ++i) tempi.tempo(24 * i, 400'000 + i);
    tracks.push_back(tempi.end());
    for (int t = 0; t < 200; ++t) {
      TrackBytes track;
      for (int i = 0; i < 250; ++i) track.note(60, 24 * (200 * i + t), 24 * (200 * i + t) + 24);
      tracks.push_back(track.end());
    }
    file = midi_file(tracks);
  }
  const Sequence s = read_smf(file);
  extract(s, musicvae_rules());
  extract(s, musicrnn_rules());
}
