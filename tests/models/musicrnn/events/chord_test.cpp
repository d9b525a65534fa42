// Chord symbols as note-seq and as @magenta/music read them, and how they are seen.
#include "models/musicrnn/events/chord.h"

#include <catch2/catch.hpp>

using namespace continuo::musicrnn;

namespace {

// The bits of pitch classes.
std::uint16_t set(std::initializer_list<int> pitches) {
  unsigned bits = 0;
  for (const int p : pitches) bits |= 1u << p;
  return static_cast<std::uint16_t>(bits);
}

}  // namespace

TEST_CASE("chord symbols are read as note-seq reads them", "[musicrnn]") {
  struct Row {
    const char* symbol;
    int root, bass;
    Triad triad;
    std::uint16_t pitches;
  };
  const Row rows[] = {
      {"C", 0, 0, Triad::kMajor, set({0, 4, 7})},
      {"Cmaj", 0, 0, Triad::kMajor, set({0, 4, 7})},
      {"Am", 9, 9, Triad::kMinor, set({9, 0, 4})},
      {"A-", 9, 9, Triad::kMinor, set({9, 0, 4})},
      {"C-7", 0, 0, Triad::kMinor, set({0, 3, 7, 10})},
      {"F#m7b5", 6, 6, Triad::kDiminished, set({6, 9, 0, 4})},
      {"Bb7", 10, 10, Triad::kMajor, set({10, 2, 5, 8})},
      {"Bbb", 9, 9, Triad::kMajor, set({9, 1, 4})},
      {"G+", 7, 7, Triad::kAugmented, set({7, 11, 3})},
      {"Bo7", 11, 11, Triad::kDiminished, set({11, 2, 5, 8})},
      {"C/E", 0, 4, Triad::kMajor, set({0, 4, 7})},
      {"C/o", 0, 0, Triad::kDiminished, set({0, 3, 6, 10})},
      {"C6/9", 0, 0, Triad::kMajor, set({0, 4, 7, 9, 2})},
      {"C6/9/G", 0, 7, Triad::kMajor, set({0, 4, 7, 9, 2})},
      {"Dm(maj7)/Bb", 2, 10, Triad::kMinor, set({2, 5, 9, 1})},
      {"Gsus4", 7, 7, Triad::kOther, set({7, 0, 2})},
      {"G7sus4", 7, 7, Triad::kOther, set({7, 0, 2, 5})},
      {"E5", 4, 4, Triad::kOther, set({4, 11})},
      {"Cb5", 11, 11, Triad::kOther, set({11, 6})},  // C flat, not a flat fifth
      {"C(b5)", 0, 0, Triad::kOther, set({0, 4, 6})},
      {"G7b9", 7, 7, Triad::kMajor, set({7, 11, 2, 5, 8})},
      {"C7#9#5", 0, 0, Triad::kAugmented, set({0, 4, 8, 10, 3})},
      {"Cadd9", 0, 0, Triad::kMajor, set({0, 4, 7, 2})},
      {"Cm(add7)", 0, 0, Triad::kMinor, set({0, 3, 7, 10})},
      {"C13(no11)", 0, 0, Triad::kMajor, set({0, 4, 7, 10, 2, 9})},
      {"Fno3", 5, 5, Triad::kOther, set({5, 0})},
  };
  for (const Row& row : rows) {
    INFO(row.symbol);
    const Chord chord = parse_chord(row.symbol);
    CHECK(chord.root == row.root);
    CHECK(chord.bass == row.bass);
    CHECK(chord.triad == row.triad);
    CHECK(chord.pitches == row.pitches);
  }
  CHECK(parse_chord("N.C.") == Chord{});
}

TEST_CASE("what is no chord symbol is refused with its reason", "[musicrnn]") {
  for (const char* symbol :
       {"", "H", "c", "Cfoo", "C#b", "C/", "C/H", "C7(", "Cadd", "Cadd99", "C/E/G", "Cno"})
    CHECK_THROWS_WITH(parse_chord(symbol), Catch::Contains(std::string("\"") + symbol + "\""));
  CHECK_THROWS_WITH(parse_chord("Cadd3"), Catch::Contains("degree 3 twice"));
  CHECK_THROWS_WITH(parse_chord("Cno9"), Catch::Contains("no degree 9"));
  CHECK_THROWS_WITH(parse_chord("X"), Catch::Contains("A to G"));
}

TEST_CASE("chord symbols are read as Magenta.js reads them", "[musicrnn]") {
  // Made with tonal-chord and tonal-note 2.2.2; root -1: throws there. Triads as in Triad.
  struct Row {
    const char* symbol;
    int root;
    std::uint16_t pitches;
    int triad;
  };
  // clang-format off
  const Row rows[] = {
    {"C", 0, 0x91, 0},
    {"CM", 0, 0x91, 0},
    {"Cm", 0, 0x89, 1},
    {"C7", 0, 0x491, 0},
    {"Cmaj7", 0, 0x891, 0},
    {"CM7", 0, 0x891, 0},
    {"Dm7", 2, 0x225, 1},
    {"Bb", 10, 0x424, 0},
    {"F#m7b5", 6, 0x251, 3},
    {"Gsus4", 7, 0x85, 4},
    {"Cdim", 0, 0x49, 3},
    {"Caug", 0, 0x111, 2},
    {"C+", 0, 0x111, 2},
    {"C6", 0, 0x291, 0},
    {"C9", 0, 0x495, 0},
    {"C-7", 0, 0x91, 0},
    {"C/E", -1, 0, 4},
    {"H", -1, 0, 4},
    {"", -1, 0, 4},
    {"Aaug", 9, 0x222, 2},
    {"A+", 9, 0x222, 2},
    {"c", 0, 0x91, 0},
    {"bb", 10, 0x424, 0},
    {"C5", 0, 0x91, 0},
    {"C64", 0, 0x91, 4},
    {"C69", 0, 0x91, 0},
    {"C11", 0, 0x4a5, 4},
    {"C13", 0, 0x695, 0},
    {"C4", 0, 0x91, 0},
    {"Ab7", 8, 0x149, 0},
    {"Abm", 8, 0x908, 1},
    {"Ebmaj7", 3, 0x48c, 0},
    {"G7b9", 7, 0x9a4, 0},
    {"Bbb", 9, 0x212, 0},
    {"Fx7", 7, 0x8a4, 0},
    {"C-", 0, 0x91, 0},
    {"C 7", 0, 0x491, 0},
    {"Cm6", 0, 0x2a9, 1},
    {"Co", 0, 0x49, 3},
    {"Co7", 0, 0x249, 3},
    {"Cm7b5", 0, 0x449, 3},
    {"C7sus4", 0, 0x4a1, 4},
    {"Cadd9", 0, 0x95, 0},
    {"Cquartal", 0, 0x429, 4},
    {"D#M7#9#11", 3, 0x6cc, 0},
    {"CmM7", 0, 0x889, 1},
    {"Cmaj9", 0, 0x895, 0},
    {"AM", 9, 0x212, 0},
    {"Asus2", 9, 0xa10, 4},
    {"A2", 9, 0x212, 0},
    {"C47", 0, 0x91, 0},
    {"Gm11", 7, 0x6a5, 1},
    {"Gb13", 6, 0x55a, 0},
    {"Eaug", 4, 0x111, 2},
    {"Gm11A 5", 7, 0x6a9, 4},
    {"C#b", -1, 0, 4},
  };
  // clang-format on
  for (const Row& row : rows) {
    INFO(row.symbol);
    if (row.root < 0) {
      CHECK_THROWS_AS(parse_chord(row.symbol, Compatibility::kMagentaJs), std::invalid_argument);
      continue;
    }
    const Chord chord = parse_chord(row.symbol, Compatibility::kMagentaJs);
    CHECK(chord.root == row.root);
    CHECK(chord.bass == row.root);
    CHECK(chord.pitches == row.pitches);
    CHECK(static_cast<int>(chord.triad) == row.triad);
  }
  CHECK(parse_chord("N.C.", Compatibility::kMagentaJs) == Chord{});
}

TEST_CASE("names of chords are read as the same chord", "[musicrnn]") {
  for (int root = 0; root < 12; ++root) {
    for (const char* kind : {"", "m", "aug", "dim", "5"}) {
      const Chord chord = transposed(parse_chord("C" + std::string(kind)), root);
      CHECK(chord.root == root);
      CHECK(parse_chord(chord_name(chord)) == chord);
    }
  }
  CHECK(chord_name({}) == "N.C.");
}

TEST_CASE("chords move up and down", "[musicrnn]") {
  CHECK(transposed(parse_chord("Dm7/C"), 2) == parse_chord("Em7/D"));
  CHECK(transposed(parse_chord("C"), -1) == parse_chord("B"));
  CHECK(transposed(parse_chord("C"), -25) == parse_chord("B"));
  CHECK(transposed({}, 5) == Chord{});
}

TEST_CASE("a chord that an encoder does not know is none", "[musicrnn]") {
  std::array<Active, 15> out;
  CHECK(chord_input(ChordInput::kNone, parse_chord("C"), out) == 0);
  REQUIRE(chord_input(ChordInput::kMajorMinor, parse_chord("Bm"), out) == 1);
  CHECK(out[0] == Active{24, 1});
  REQUIRE(chord_input(ChordInput::kMajorMinor, parse_chord("Bdim"), out) == 1);
  CHECK(out[0] == Active{0, 1});
  REQUIRE(chord_input(ChordInput::kTriad, parse_chord("Bdim"), out) == 1);
  CHECK(out[0] == Active{48, 1});
  REQUIRE(chord_input(ChordInput::kTriad, parse_chord("Csus4"), out) == 1);
  CHECK(out[0] == Active{0, 1});
  CHECK_FALSE(encodes(ChordInput::kTriad, parse_chord("Csus4")));
  CHECK(encodes(ChordInput::kPitches, parse_chord("Csus4")));
  CHECK(encodes(ChordInput::kTriad, {}));
}
