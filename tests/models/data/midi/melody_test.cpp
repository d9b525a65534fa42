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

TEST_CASE("drum tables differ where the two Magentas do") {
  CHECK(drum_class(DrumTable::kNineJs, 43) == 6);
  CHECK(drum_class(DrumTable::kNinePython, 43) == 4);
  CHECK(drum_class(DrumTable::kNineJs, 22) == -1);
  CHECK(drum_class(DrumTable::kNinePython, 22) == 2);
  CHECK(drum_classes(DrumTable::kFull) == 61);
}
