// Steps, stretches and bar lines.
#include <catch2/catch.hpp>

#include "models/data/midi/bars.h"
#include "models/data/midi/quantise.h"
#include "models/data/midi/smf.h"
#include "tests/models/data/midi/midi_bytes.h"

using namespace continuo::symbolic;
using namespace continuo::test;

namespace {

Quantised first_stretch(const Bytes& file, int spq = 4) {
  const Sequence s = read_smf(file);
  return quantise(s, stretches(s, pickup_ticks(s)).at(0), spq);
}

}  // namespace

TEST_CASE("a step is the nearest one, halves go up; a note lasts a step at least") {
  // 96 ticks a quarter: a sixteenth has 24.
  const Quantised q = first_stretch(
      midi_file({TrackBytes().note(60, 0, 5).note(62, 35, 50).note(64, 60, 61).note(65, 83, 120).end()}));
  REQUIRE(q.notes.size() == 4);
  CHECK(q.notes[0].end == 1);
  CHECK(q.notes[1].start == 1);  // 35 / 24 = 1.46
  CHECK(q.notes[1].offset_ms == Approx(11 * 500.0 / 96));
  CHECK(q.notes[2].pitch == 65);  // of one step the higher one first
  CHECK(q.notes[2].start == 3);
  CHECK(q.notes[2].end == 5);
  CHECK(q.notes[3].start == 3);  // 60 / 24 = 2.5
  CHECK(q.notes[3].end == 4);
}

TEST_CASE("notes of one step stand from the top") {
  const Quantised q = first_stretch(midi_file({TrackBytes()
                                                   .at(0, {0x90, 60, 1})
                                                   .at(0, {0x90, 67, 1})
                                                   .at(24, {0x80, 60, 0})
                                                   .at(0 + 24, {0x80, 67, 0})
                                                   .end()}));
  CHECK(q.notes.at(0).pitch == 67);
}

TEST_CASE("every metre has its bar") {
  struct Case {
    int numerator, power, sixteenths, triplets;
  };
  for (const Case& c : {Case{2, 2, 8, 12},
                        {3, 2, 12, 18},
                        {4, 2, 16, 24},
                        {6, 3, 12, 18},
                        {9, 3, 18, 27},
                        {12, 3, 24, 36},
                        {2, 1, 16, 24},
                        {5, 3, 10, 15},
                        {7, 4, 7, 0},
                        {3, 5, 0, 0}}) {
    const Metre metre{c.numerator, 1 << c.power};
    INFO(metre.numerator << "/" << metre.denominator);
    CHECK(steps_per_bar(metre, 4) == c.sixteenths);
    CHECK(steps_per_bar(metre, 6) == c.triplets);
    const Bytes file =
        midi_file({TrackBytes().metre(0, c.numerator, c.power).line(0, 24, {60, 62}, 20).end()});
    CHECK(first_stretch(file).metre == metre);
    CHECK(first_stretch(file).steps_per_bar == c.sixteenths);
  }
}

TEST_CASE("triplets lie on six steps a quarter, and are found") {
  const Sequence triplets = read_smf(midi_file({TrackBytes().line(0, 32, {60, 62, 64}, 8).end()}));
  const Sequence straight = read_smf(midi_file({TrackBytes().line(0, 24, {60, 62, 64}, 8).end()}));
  const Sequence eighths = read_smf(midi_file({TrackBytes().line(0, 48, {60, 62, 64}, 8).end()}));
  const Stretch t = stretches(triplets).at(0), s = stretches(straight).at(0), e = stretches(eighths).at(0);
  CHECK(steps_per_quarter(triplets, t, Grid::kAuto) == 6);
  CHECK(steps_per_quarter(straight, s, Grid::kAuto) == 4);
  CHECK(steps_per_quarter(eighths, e, Grid::kAuto) == 4);  // both fit: sixteenths
  const Quantised q = quantise(triplets, t, 6);
  for (std::size_t i = 0; i < q.notes.size(); ++i) {
    CHECK(q.notes[i].start == static_cast<int>(2 * i));
    CHECK(q.notes[i].end == static_cast<int>(2 * i + 2));
    CHECK(q.notes[i].offset_ms == Approx(0).margin(1e-4));
  }
}

TEST_CASE("a piece is cut where tempo or metre changes, notes at the cut") {
  TrackBytes track;
  track.metre(0, 4, 2).tempo(0, 500'000).line(0, 96, {60, 62, 64, 65});
  track.tempo(384, 500'000);  // the same: no cut
  track.line(384, 96, {67, 69}).at(576, {0x90, 71, 90});
  track.tempo(768, 250'000).at(800, {0x80, 71, 0}).line(864, 96, {72, 74});
  track.metre(1152, 3, 2).line(1152, 96, {60, 62, 64});
  const Sequence s = read_smf(midi_file({track.end()}));
  const auto all = stretches(s);
  REQUIRE(all.size() == 3);
  CHECK(all[0].end_tick == 768);
  CHECK(all[1].start_s == Approx(4.0));
  CHECK(all[1].tempo_bpm() == Approx(240));
  CHECK(all[2].start_s == Approx(5.0));
  CHECK(all[2].metre == Metre{3, 4});
  const Quantised q = quantise(s, all[0], 4);
  REQUIRE(q.notes.size() == 7);
  CHECK(q.notes.back().end == 32);  // 71 is cut at the change of tempo
  CHECK(quantise(s, all[1], 4).notes.size() == 2);
}

TEST_CASE("a tempo that changes in the middle of a bar leaves the bar lines where they are") {
  // A ritardando on the third beat of the second bar of 4/4.
  TrackBytes track;
  track.metre(0, 4, 2).line(0, 96, {60, 62, 64, 65, 67, 69}).tempo(576, 600'000);
  track.line(576, 96, {71, 72, 60, 62, 64, 65});
  const Sequence s = read_smf(midi_file({track.end()}));
  const auto all = stretches(s);
  REQUIRE(all.size() == 2);
  const Quantised q = quantise(s, all[1], 4);
  CHECK(q.notes.at(0).start == 8);
  CHECK(q.notes.at(2).start == 16);           // the next bar
  CHECK(q.start_s == Approx(3.0 - 2 * 0.6));  // as if the bar had this tempo
}

TEST_CASE("a metre that changes begins a bar: so a pickup may be written") {
  TrackBytes track;
  track.metre(0, 1, 2).line(0, 96, {67}).metre(96, 4, 2).line(96, 96, {60, 62, 64, 65}, 2);
  const Sequence s = read_smf(midi_file({track.end()}));
  const auto all = stretches(s);
  REQUIRE(all.size() == 2);
  CHECK(quantise(s, all[1], 4).notes.at(0).start == 0);
}

namespace {

// Eight bars of 3/4 after a pickup of a quarter; the first of a bar is loud, as abc2midi plays.
Bytes waltz(int loud, int soft, int drum_channel = -1) {
  TrackBytes track;
  track.metre(0, 3, 2);
  track.note(67, 0, 96, loud);
  for (int bar = 0; bar < 8; ++bar) {
    for (int beat = 0; beat < 3; ++beat) {
      const int at = 96 + 288 * bar + 96 * beat;
      track.note(60 + (5 * bar + 2 * beat) % 12, at, at + 96, beat == 0 ? loud : soft);
    }
  }
  if (drum_channel >= 0) track.note(36, 3000, 3010, 90, drum_channel);
  return midi_file({track.end()});
}

}  // namespace

TEST_CASE("a pickup at tick 0 is found by the accents, so that bars are bars") {
  CHECK(pickup_ticks(read_smf(waltz(105, 80))) == 96);
  const Quantised q = first_stretch(waltz(105, 80));
  CHECK(q.notes.at(0).start == 8);   // the last beat of a bar that is empty before it
  CHECK(q.notes.at(1).start == 12);  // the first whole bar
  CHECK(q.start_s == Approx(-1.0));
  CHECK(pickup_ticks(read_smf(waltz(90, 90))) == 0);      // no accents: nothing is known
  CHECK(pickup_ticks(read_smf(waltz(105, 80, 9))) == 0);  // drums accent what they like
}

TEST_CASE("a voice with clear accents counts beside one that has none, not against one that differs") {
  const auto piece = [](int second_from, int second_step) {
    TrackBytes one, two;
    one.metre(0, 3, 2).note(67, 0, 96, 105);
    for (int i = 0; i < 24; ++i) one.note(60 + i % 7, 96 + 96 * i, 192 + 96 * i, i % 3 == 0 ? 105 : 80);
    for (int i = 0; i < 24; ++i)
      two.note(40, second_from + 96 * i, second_from + 96 * i + 96, i % second_step == 0 ? 105 : 80, 1);
    return read_smf(midi_file({one.end(), two.end()}));
  };
  CHECK(pickup_ticks(piece(96, 1)) == 96);  // all alike
  CHECK(pickup_ticks(piece(96, 3)) == 96);  // the same bar lines
  CHECK(pickup_ticks(piece(0, 3)) == 0);    // the file's bar lines
}
