// Widths, classes and errors of the representations.
#include "models/musicrnn/events/representation.h"

#include <catch2/catch.hpp>

using namespace continuo::musicrnn;

TEST_CASE("every preset has the widths that Magenta's model has", "[musicrnn]") {
  struct Row {
    const char* name;
    int inputs, labels;
  };
  constexpr Row kRows[] = {
      {"basic", 38, 38},
      {"mono", 130, 130},
      {"lookback", 121, 40},
      {"key", 74, 40},
      {"improv", 87, 38},
      {"key_improv", 123, 40},
      {"chord_pitches_improv", 75, 38},
      {"drums", 518, 512},
      {"drums_one_hot", 512, 512},
      {"drums_multi_hot", 10, 512},
      {"drums_lookback", 1543, 514},
      {"polyphony", 259, 259},
      {"performance", 356, 356},
      {"performance_with_dynamics", 388, 388},
      {"piano_roll", 88, 88},
  };
  CHECK(std::size(kRows) == preset_names().size());
  for (const Row& row : kRows) {
    INFO(row.name);
    const Representation r(preset(row.name));
    CHECK(r.inputs() == row.inputs);
    CHECK(r.labels() == row.labels);
  }
}

TEST_CASE("classes and events are each other's inverse", "[musicrnn]") {
  for (const auto name : preset_names()) {
    INFO(name);
    for (const auto& [low, high] : {std::pair(0, 127), std::pair(40, 60), std::pair(60, 60)}) {
      Settings s = preset(name);
      if (s.vocabulary == Vocabulary::kPianoRoll) continue;
      s.min_pitch = low;
      s.max_pitch = high;
      const Representation r(s);
      for (int c = 0; c < r.classes(); ++c) REQUIRE(r.class_of(r.event_of(c)) == c);
      int known = 0;
      for (int code = -5; code < 1000; ++code) {
        const int c = r.class_of(code);
        REQUIRE(c < r.classes());
        if (c >= 0) REQUIRE(r.event_of(c) == Event(code));
        known += c >= 0;
      }
      CHECK(known == r.classes());
      CHECK(r.class_of(r.default_event()) >= 0);
    }
  }
}

TEST_CASE("a melody's classes are Magenta's", "[musicrnn]") {
  const Representation basic;
  CHECK(basic.class_of(kNoEvent) == 0);
  CHECK(basic.class_of(kNoteOff) == 1);
  CHECK(basic.class_of(48) == 2);
  CHECK(basic.class_of(83) == 37);
  CHECK(basic.class_of(47) == -1);
  CHECK(basic.class_of(84) == -1);
  const Representation key(preset("key"));  // pitches first
  CHECK(key.class_of(48) == 0);
  CHECK(key.class_of(kNoEvent) == 36);
  CHECK(key.class_of(kNoteOff) == 37);
}

TEST_CASE("settings that do not fit together are refused with their reason", "[musicrnn]") {
  CHECK_THROWS_WITH(preset("base"), Catch::Contains("base") && Catch::Contains("chord_pitches_improv"));
  const auto refuses = [](const char* reason, auto change) {
    Settings s;
    change(s);
    CHECK_THROWS_WITH(Representation(s), Catch::Contains(reason));
  };
  refuses("lowest first", [](Settings& s) { s.min_pitch = 90; });
  refuses("lowest first", [](Settings& s) { s.max_pitch = 128; });
  refuses("nearest first", [](Settings& s) { s.distances = {16, 16}; });
  refuses("nearest first", [](Settings& s) { s.distances = {129}; });
  refuses("nearest first", [](Settings& s) { s.distances = {0}; });
  refuses("at most 4", [](Settings& s) { s.distances = {1, 2, 3, 4, 5}; });
  refuses("counter", [](Settings& s) { s.counter_bits = 17; });
  refuses("only drums", [](Settings& s) { s.view = View::kMultiHot; });
  refuses("its key", [](Settings& s) {
    s.vocabulary = Vocabulary::kDrums;
    s.view = View::kKey;
  });
  refuses("velocities", [](Settings& s) { s.velocity_bins = 8; });
  refuses("as a set", [](Settings& s) { s.vocabulary = Vocabulary::kPianoRoll; });
  refuses("time shift", [](Settings& s) { s.max_shift = 101; });
}
