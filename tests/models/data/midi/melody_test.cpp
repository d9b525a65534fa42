// Melodies by note-seq's rules: expected events are derived by hand from them (appendix C of the reference).
#include <catch2/catch.hpp>
#include <vector>

#include "models/data/midi/drums.h"
#include "models/data/midi/melody.h"

using namespace continuo::symbolic;

namespace {

constexpr int kOff = kNoteOff, kGo = kNoEvent;

StepNote note(int pitch, int start, int end) {
  StepNote n;
  n.pitch = static_cast<std::uint8_t>(pitch);
  n.start = start;
  n.end = end;
  return n;
}

std::vector<Melody> melodies(const std::vector<StepNote>& voice, MelodyRules rules, int bar = 4) {
  Rejections unused;
  return extract_melodies(voice, bar, rules, unused);
}

const MelodyRules kAll{.min_bars = 0, .min_unique_pitches = 0, .keep_top = true};

}  // namespace

TEST_CASE("an overlapped note is cut, nothing of its end is left; the last note-off is stripped") {
  // C.3: 60[0,6) under 64[2,4).
  const auto m = melodies({note(60, 0, 6), note(64, 2, 4)}, kAll);
  REQUIRE(m.size() == 1);
  CHECK(m[0].events == std::vector<int>{60, kGo, 64, kGo});
  CHECK(m[0].notes[0].end == 2);
}

TEST_CASE("a melody begins at a bar; of equal starts the top stays, or the voice is left out") {
  const std::vector<StepNote> voice{note(67, 5, 6), note(60, 5, 8), note(62, 7, 8)};
  const auto m = melodies(voice, kAll);
  REQUIRE(m.size() == 1);
  CHECK(m[0].start_step == 4);
  // Note-off at 6, then 62 from 7.
  CHECK(m[0].events == std::vector<int>{kGo, 67, kOff, 62});
  MelodyRules strict = kAll;
  strict.keep_top = false;
  CHECK(melodies(voice, strict).empty());
}

TEST_CASE("a rest of gap_bars ends the melody, one step less does not") {
  CHECK(melodies({note(60, 0, 1), note(62, 4, 5)}, kAll).size() == 1);
  CHECK(melodies({note(60, 0, 1), note(62, 5, 6)}, kAll).size() == 2);
}

TEST_CASE("minimum bars and unique pitch classes") {
  MelodyRules rules = kAll;
  rules.min_bars = 2;
  CHECK(melodies({note(60, 0, 7)}, rules).empty());  // 7 of 8 steps
  CHECK(melodies({note(60, 0, 8)}, rules).size() == 1);
  rules.min_unique_pitches = 2;
  CHECK(melodies({note(60, 0, 4), note(72, 4, 8)}, rules).empty());  // octaves are one class
  CHECK(melodies({note(60, 0, 4), note(73, 4, 8)}, rules).size() == 1);
}

TEST_CASE("minimum bars: the stripped note-off and a padded end count as note-seq counts them") {
  MelodyRules rules = kAll;
  rules.min_bars = 2;
  rules.pad_end = true;  // 5 steps become 8 before they are counted
  REQUIRE(melodies({note(60, 0, 5)}, rules).size() == 1);
  CHECK(melodies({note(60, 0, 5)}, rules)[0].events ==
        std::vector<int>{60, kGo, kGo, kGo, kGo, kOff, kGo, kGo});
  CHECK(melodies({note(60, 0, 4)}, rules).empty());  // a bar exactly is not padded
}

TEST_CASE("a pad of nothing: a melody that ends with its bar has no note-off after it") {
  MelodyRules rules = kAll;
  rules.pad_end = true;
  CHECK(melodies({note(60, 0, 2), note(62, 2, 4)}, rules)[0].events == std::vector<int>{60, kGo, 62, kGo});
}

TEST_CASE("gaps: the rest is counted from the last note's own end, not from where it was cut") {
  // 60 lasts to step 6 under 64[1,2): its note-off at 6 is gone with the cut, so the rest begins at 2.
  CHECK(melodies({note(60, 0, 6), note(64, 1, 2), note(65, 6, 7)}, kAll).size() == 2);
  CHECK(melodies({note(60, 0, 6), note(64, 1, 2), note(65, 5, 6)}, kAll).size() == 1);
  MelodyRules two = kAll;
  two.gap_bars = 2;
  CHECK(melodies({note(60, 0, 1), note(62, 8, 9)}, two).size() == 1);
  CHECK(melodies({note(60, 0, 1), note(62, 9, 10)}, two).size() == 2);
  // The search goes on at the next bar line: with a gap below a bar, what lies before that is lost.
  MelodyRules half = kAll;
  half.gap_bars = 0.5;
  const auto m = melodies({note(60, 0, 1), note(62, 3, 4)}, half);
  REQUIRE(m.size() == 1);
  CHECK(m[0].events == std::vector<int>{60});
}

TEST_CASE("after a gap the search goes on at the next bar line, and the next melody begins at a bar") {
  const auto m = melodies({note(60, 0, 1), note(62, 10, 11), note(64, 11, 12)}, kAll);
  REQUIRE(m.size() == 2);
  CHECK(m[0].events == std::vector<int>{60});
  CHECK(m[1].start_step == 8);
  CHECK(m[1].events == std::vector<int>{kGo, kGo, 62, 64});
  const auto later = melodies({note(60, 0, 5), note(61, 11, 12), note(62, 13, 14)}, kAll);
  REQUIRE(later.size() == 2);
  CHECK(later[1].start_step == 8);
  CHECK(later[1].events == std::vector<int>{kGo, kGo, kGo, 61, kOff, 62});
}

TEST_CASE("a voice that turns to chords keeps what came before them") {
  MelodyRules strict = kAll;
  strict.keep_top = false;
  Rejections rejected;
  const std::vector<StepNote> voice{note(60, 0, 4), note(62, 12, 14), note(67, 14, 16), note(64, 14, 16)};
  const auto m = extract_melodies(voice, 4, strict, rejected);
  REQUIRE(m.size() ==
          1);  // the melody before the gap; the one with the chord is given up, and the search ends
  CHECK(m[0].events == std::vector<int>{60, kGo, kGo, kGo});
  CHECK(rejected.polyphonic == 1);
}

TEST_CASE("of a chord the top note is kept, whatever its length") {
  const auto m = melodies({note(67, 0, 1), note(64, 0, 4), note(60, 0, 8), note(62, 3, 4)}, kAll);
  REQUIRE(m.size() == 1);
  CHECK(m[0].events == std::vector<int>{67, kOff, kGo, 62});
}

TEST_CASE("too long melodies are cut: in place, or at a bar line when ends are padded") {
  MelodyRules rules = kAll;
  rules.max_steps = 6;
  std::vector<StepNote> voice;
  for (int i = 0; i < 5; ++i) voice.push_back(note(60 + i, 2 * i, 2 * i + 2));
  auto m = melodies(voice, rules);
  REQUIRE(m.size() == 1);
  CHECK(m[0].events == std::vector<int>{60, kGo, 61, kGo, 62, kGo});
  CHECK(m[0].notes.size() == 3);
  rules.pad_end = true;
  m = melodies(voice, rules);
  CHECK(m[0].events == std::vector<int>{60, kGo, 61, kGo});
  // Unique pitches are counted after the cut.
  rules.min_unique_pitches = 3;
  CHECK(melodies(voice, rules).empty());
  rules.pad_end = false;
  CHECK(melodies(voice, rules).size() == 1);
}

TEST_CASE("a note that is cut at the end is cut among the notes too") {
  MelodyRules rules = kAll;
  rules.max_steps = 5;
  const auto m = melodies({note(60, 0, 4), note(62, 4, 12)}, rules);
  CHECK(m[0].events == std::vector<int>{60, kGo, kGo, kGo, 62});
  CHECK(m[0].notes.back().end == 5);
}

TEST_CASE("no melody where a bar is no whole number of steps") {
  CHECK(melodies({note(60, 0, 4)}, kAll, 0).empty());
}

TEST_CASE("drum tracks: hits of a step together, a gap ends them, and they begin at a bar") {
  int too_short = 0;
  const DrumRules all{.min_bars = 0};
  const auto d = extract_drums(std::vector{note(42, 5, 6), note(36, 5, 6), note(38, 7, 8), note(36, 12, 13)},
                               4, all, too_short);
  REQUIRE(d.size() == 2);
  CHECK(d[0].start_step == 4);
  CHECK(d[0].steps == 4);
  CHECK(d[0].hits.size() == 3);
  CHECK(d[1].start_step == 12);
  // Three steps of rest after the last hit's step do not end it.
  CHECK(extract_drums(std::vector{note(36, 0, 1), note(36, 4, 5)}, 4, all, too_short).size() == 1);
  CHECK(extract_drums(std::vector{note(36, 0, 1), note(36, 4, 5)}, 4, {.min_bars = 2}, too_short).empty());
  CHECK(too_short == 1);
  const auto padded = extract_drums(std::vector{note(36, 0, 1), note(36, 4, 5)}, 4,
                                    {.min_bars = 2, .pad_end = true}, too_short);
  REQUIRE(padded.size() == 1);
  CHECK(padded[0].steps == 8);
}

TEST_CASE("key and squash") {
  // G A B C D E F#: only G major holds all seven.
  std::vector<int> g{67, 69, 71, 72, 74, 76, 78};
  CHECK(major_key(g) == 7);
  // key_diff -7; centre 72.5 - 7 = 65.5; target (48 + 83) / 2 = 65.5: no octave.
  CHECK(squash(g, 48, 84, 0) == -7);
  CHECK(g.front() == 60);
  // C alone lies in 7 keys; the lowest is C.
  CHECK(major_key(std::vector<int>{60}) == 0);
  // Without a key only what lies outside is folded: 40 -> 48 + (-8 mod 12) = 52; 90 -> 72 + 6 = 78.
  std::vector<int> wide{40, 90};
  CHECK(squash(wide, 48, 84, -1) == 0);
  CHECK(wide == std::vector<int>{52, 78});
}

TEST_CASE("squash: octaves towards the middle, what is still outside folds back, halves to the even octave") {
  // Two octaves too low: C major 24..36, centre 30; (65.5 - 30) / 12 = 2.96: three octaves up.
  std::vector<int> low{24, 28, 31, 33, 35, 29, 26, 36};
  CHECK(squash(low, 48, 84, 0) == 36);
  CHECK(low == std::vector<int>{60, 64, 67, 69, 71, 65, 62, 72});
  // G A F# lie in D (2) and G: key_diff -2, centre 43.5 - 2 = 41.5; (65.5 - 41.5) / 12 = 2: 24 - 2.
  std::vector<int> d{43, kNoteOff, 45, 42, 43};
  CHECK(squash(d, 48, 84, 0) == 22);
  CHECK(d == std::vector<int>{65, kNoteOff, 67, 64, 65});
  // G and E lie in C. Centre 47.5 is 1.5 octaves low: two. Centre 59.5 is half an octave low: none.
  std::vector<int> half{43, 52}, other{55, 64};
  CHECK(squash(half, 48, 84, 0) == 24);
  CHECK(squash(other, 48, 84, 0) == 0);
  // Only events that are no notes: nothing to move.
  std::vector<int> rest{kNoEvent, kNoteOff};
  CHECK(squash(rest, 48, 84, 0) == 0);
}

TEST_CASE("key: each onset votes for the seven keys that hold it; the lowest of equals") {
  // C lies in C Db Eb F G Ab Bb, F# in Db D E F# G A B: only Db and G hold both, and Db is the lower.
  const auto votes = major_key_histogram(std::vector<int>{60, kNoEvent, 66, kNoteOff});
  CHECK(votes == std::array<int, 12>{1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1});
  CHECK(major_key(std::vector<int>{60, 66}) == 1);
  CHECK(major_key(std::vector<int>{}) == 0);
  // Counted by onsets, not by length; A minor is C major.
  CHECK(major_key(std::vector<int>{57, 59, 60, 62, 64, 65, 67}) == 0);
}

TEST_CASE("drum tables differ where the two Magentas do") {
  CHECK(drum_class(DrumTable::kNineJs, 43) == 6);
  CHECK(drum_class(DrumTable::kNinePython, 43) == 4);
  CHECK(drum_class(DrumTable::kNineJs, 22) == -1);
  CHECK(drum_class(DrumTable::kNinePython, 22) == 2);
  CHECK(drum_classes(DrumTable::kFull) == 61);
}
