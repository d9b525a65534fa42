// Trios, multitracks, grooves, windows and transpositions.
#include <catch2/catch.hpp>
#include <set>

#include "models/data/midi/ensemble.h"
#include "models/data/midi/extract.h"
#include "models/data/midi/smf.h"
#include "tests/models/data/midi/midi_bytes.h"

using namespace continuo::symbolic;
using namespace continuo::test;

namespace {

constexpr int kBar = 384;  // ticks, 4/4

struct Parts {
  int melody_bars = 8, bass_from = 0, bass_bars = 8, drum_bars = 8;
};

Bytes band(const Parts& parts = {}) {
  TrackBytes melody, bass, drums;
  melody.at(0, {0xc0, 24});
  for (int bar = 0; bar < parts.melody_bars; ++bar) melody.line(kBar * bar, 96, {60 + bar, 64, 67, 72});
  bass.at(0, {0xc1, 33});
  for (int bar = parts.bass_from; bar < parts.bass_from + parts.bass_bars; ++bar)
    bass.line(kBar * bar, 192, {36 + bar % 5, 43}, 1, 90, 1);
  for (int bar = 0; bar < parts.drum_bars; ++bar) drums.line(kBar * bar, 96, {36, 42, 38, 42}, 1, 90, 9);
  return midi_file({TrackBytes().metre(0, 4, 2).end(), melody.end(), bass.end(), drums.end()});
}

std::vector<Example> of_kind(const std::vector<Example>& all, Kind kind) {
  std::vector<Example> out;
  for (const Example& e : all) {
    if (e.kind == kind) out.push_back(e);
  }
  return out;
}

}  // namespace

TEST_CASE("melody, bass and drums that sound together are a trio, from the first common bar to the last") {
  const auto trios = of_kind(
      extract(read_smf(band({.bass_from = 2, .bass_bars = 6})), musicvae_rules()).examples, Kind::kTrio);
  REQUIRE(trios.size() == 1);
  const Example& t = trios[0];
  CHECK(t.start_step == 32);
  CHECK(t.steps == 6 * 16);
  REQUIRE(t.tracks.size() == 3);
  CHECK(t.tracks[0].role == Role::kMelody);
  CHECK(t.tracks[0].notes.at(0).pitch == 62);
  CHECK(t.tracks[0].notes.at(0).start == 0);
  CHECK(t.tracks[1].role == Role::kBass);
  CHECK(t.tracks[1].program == 33);
  CHECK(t.tracks[2].role == Role::kDrums);
  CHECK(t.tracks[2].notes.size() == 24);
}

TEST_CASE("no trio without its bass, or where the drums have ended") {
  CHECK(of_kind(extract(read_smf(band({.bass_bars = 0})), musicvae_rules()).examples, Kind::kTrio).empty());
  const auto apart =
      extract(read_smf(band({.bass_from = 6, .bass_bars = 2, .drum_bars = 4})), musicvae_rules());
  CHECK(of_kind(apart.examples, Kind::kTrio).empty());
  // MusicRNN's are seven bars and more.
  CHECK(of_kind(extract(read_smf(band({.bass_bars = 5})), musicrnn_rules()).examples, Kind::kTrio).empty());
  CHECK(of_kind(extract(read_smf(band()), musicrnn_rules()).examples, Kind::kTrio).size() == 1);
}

TEST_CASE("a multitrack has its voices by program, drums last") {
  const auto all = of_kind(extract(read_smf(band()), musicrnn_rules()).examples, Kind::kMultitrack);
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].tracks.size() == 3);
  CHECK(all[0].tracks[0].program == 24);
  CHECK(all[0].tracks[1].role == Role::kBass);
  CHECK(all[0].tracks[2].role == Role::kDrums);
  CHECK(all[0].steps == 8 * 16);
  CHECK(of_kind(extract(read_smf(midi_file({TrackBytes().line(0, 96, {60, 62}, 20).end()})), musicrnn_rules())
                    .examples,
                Kind::kMultitrack)
            .empty());
}

TEST_CASE("windows of 2, 4 and 16 bars begin at every bar and are unique") {
  // Twenty bars: bars 0..9 all different, then the same ten again.
  TrackBytes track;
  for (int bar = 0; bar < 20; ++bar) track.line(kBar * bar, 96, {60 + bar % 10, 64, 67, 72});
  const Extracted x = extract(read_smf(midi_file({track.end()})), musicvae_rules());
  std::map<int, int> count;
  for (const Example& w : x.windows) {
    CHECK(w.start_step % 16 == 0);
    CHECK(w.tracks.at(0).notes.front().start == 0);
    CHECK(w.tracks.at(0).notes.back().end <= w.steps);
    ++count[w.steps / 16];
  }
  CHECK(count[2] == 10);  // the 11th is the first again
  CHECK(count[4] == 10);
  CHECK(count[16] == 5);  // of 20 bars there are no more
}

TEST_CASE("windows keep each metre's bars") {
  for (const Metre metre : {Metre{2, 4}, {3, 4}, {4, 4}, {6, 8}, {9, 8}}) {
    const int eighths = 8 * metre.numerator / metre.denominator;
    TrackBytes track;
    track.metre(0, metre.numerator, metre.denominator == 4 ? 2 : 3);
    std::vector<int> pitches;
    for (int i = 0; i < 6 * eighths; ++i) pitches.push_back(60 + i % 13);
    track.line(0, 48, pitches);
    const Extracted x = extract(read_smf(midi_file({track.end()})), musicvae_rules());
    int twos = 0, fours = 0;
    for (const Example& w : x.windows) {
      CHECK(w.metre == metre);
      CHECK(w.start_step % (2 * eighths) == 0);
      twos += w.steps == 4 * eighths;
      fours += w.steps == 8 * eighths;
    }
    INFO(metre.numerator << "/" << metre.denominator);
    CHECK(twos == 5);
    CHECK(fours == 3);
  }
}

TEST_CASE("a note that began before a window is left out of it, one that goes on is cut") {
  Example e;
  e.steps = 64;
  e.tracks = {{Role::kMelody, 0, {{0, 20, 60}, {24, 40, 62}, {44, 64, 64}}}};
  const auto w = windows(e, 2);
  REQUIRE(w.size() == 3);
  CHECK(w[1].tracks[0].notes.size() == 2);
  CHECK(w[1].tracks[0].notes[0].start == 8);
  CHECK(w[1].tracks[0].notes[1].end == 32);
}

TEST_CASE("transpositions stay within MIDI's pitches; drums are not moved") {
  Example e;
  e.steps = 16;
  e.tracks = {{Role::kMelody, 0, {{0, 4, 2}, {4, 8, 125}}}};
  offer_transpositions(e, 6);
  CHECK(e.transposes == std::array{-2, 2});
  e.tracks = {{Role::kMelody, 0, {{0, 4, 60}}}, {Role::kDrums, 0, {{0, 4, 1}}}};
  offer_transpositions(e, 5);
  CHECK(e.transposes == std::array{-5, 5});
  e.tracks = {{Role::kDrums, 0, {{0, 4, 36}}}};
  offer_transpositions(e, 5);
  CHECK(e.transposes == std::array{0, 0});
}

TEST_CASE("drums played by hand are grooves too, with velocity and timing; programmed ones are not") {
  TrackBytes played, programmed;
  for (int i = 0; i < 64; ++i) {
    const int late = i == 0 ? 0 : i % 7 - 3;
    played.note(i % 2 ? 42 : 36, 48 * i + late, 48 * i + late + 10, 40 + i, 9);
    programmed.note(i % 2 ? 42 : 36, 48 * i, 48 * i + 10, 90, 9);
  }
  const auto grooves =
      of_kind(extract(read_smf(midi_file({played.end()})), musicrnn_rules()).examples, Kind::kGroove);
  REQUIRE(grooves.size() == 1);
  const auto& hits = grooves[0].tracks.at(0).notes;
  REQUIRE(hits.size() == 64);
  CHECK(hits[8].velocity == 48);
  CHECK(hits[8].offset_ms == Approx((8 % 7 - 3) * 500.0 / 96));
  CHECK(of_kind(extract(read_smf(midi_file({programmed.end()})), musicrnn_rules()).examples, Kind::kGroove)
            .empty());
}
