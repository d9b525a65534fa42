// Notes as events and back, by the rules of note-seq and of @magenta/music.
#include "models/musicrnn/events/notes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "models/musicrnn/events/drum_kit.h"

using namespace continuo::musicrnn;

namespace {

constexpr auto kJs = Compatibility::kMagentaJs;
constexpr auto kPython = Compatibility::kNone;

std::vector<int> classes(const Representation& r, const std::vector<Event>& events) {
  std::vector<int> out;
  for (const Event& event : events) out.push_back(r.class_of(event));
  return out;
}

std::vector<int> codes(const std::vector<Event>& events) {
  std::vector<int> out;
  for (const Event& event : events) out.push_back(event.code);
  return out;
}

std::vector<int> js_melody(const std::vector<Note>& notes, int steps) {
  return classes(Representation(), melody_events(notes, steps, kJs));
}

using Codes = std::vector<int>;

}  // namespace

TEST_CASE("melodies as Magenta.js has them", "[musicrnn]") {
  CHECK(js_melody({{0, 6, 60}, {2, 2, 64}}, 8) == Codes{14, 0, 18, 0, 1, 0, 1, 0});  // the stale note-off
  CHECK(js_melody({{0, 4, 60}, {0, 2, 67}}, 8) == Codes{21, 0, 1, 0, 0, 0, 0, 0});
  CHECK(js_melody({{4, 4, 60}}, 8) == Codes{0, 0, 0, 0, 14, 0, 0, 0});  // ends with the end: no note-off
  CHECK(js_melody({{9, 1, 60}}, 8) == Codes(8));
  CHECK(js_melody({{0, 2, 60}, {2, 2, 62}}, 5) == Codes{14, 0, 16, 0, 1});
  CHECK(js_melody({{2, 0, 60}}, 4) == Codes{0, 0, 14, 1});  // no steps are one
  const std::vector<Note> together{{0, 4, 60}, {0, 2, 67}};
  CHECK_THROWS(melody_events(together, 8, kJs, Together::kRefuse));
  CHECK_THROWS(melody_events(together, 8, kPython, Together::kRefuse));
  const std::vector<Note> low{{0, 4, 40}};
  CHECK_THROWS_WITH(to_events(Representation(), low, 8), Catch::Contains("48 to 83"));
}

TEST_CASE("melodies as note-seq has them", "[musicrnn]") {
  const auto melody = [](const std::vector<Note>& notes, int steps) {
    return codes(melody_events(notes, steps, kPython));
  };
  CHECK(melody({{0, 6, 60}, {2, 2, 64}}, 8) == Codes{60, -2, 64, -2, -1, -2, -2, -2});
  CHECK(melody({{0, 4, 60}, {0, 2, 67}}, 8) == Codes{67, -2, -1, -2, -2, -2, -2, -2});
  CHECK(melody({{0, 4, 60}, {2, 4, 62}}, kAsLongAsNotes) == Codes{60, -2, 62, -2, -2, -2});
  CHECK(melody({{1, 2, 60}}, 3) == Codes{-2, 60, -2});
  CHECK(melody({{1, 2, 60}}, 4) == Codes{-2, 60, -2, -1});
  CHECK(melody({{1, 8, 60}}, 3) == Codes{-2, 60, -2});
  CHECK(melody({{0, 1, 60, 0}, {1, 1, 62}}, 3) == Codes{-2, 62, -1});  // silent notes are none
  CHECK(melody({{-1, 3, 60}}, 2) == Codes{-2, -2});
  CHECK(melody({}, 3) == Codes{-2, -2, -2});
  CHECK(melody({}, 0).empty());
}

TEST_CASE("a melody comes back as notes", "[musicrnn]") {
  const std::vector<Event> events{-1, -2, 60, -2, 62, -1, -2, 64, -2};
  const std::vector<Note> notes{{2, 2, 60, 90}, {4, 1, 62, 90}, {7, 2, 64, 90}};
  CHECK(melody_notes(events, 90) == notes);
}

TEST_CASE("drums as Magenta.js has them", "[musicrnn]") {
  const auto drums = [](const std::vector<Note>& notes) { return codes(drum_events(notes, 2, kJs)); };
  CHECK(drums({{0, 1, 36}, {0, 1, 42}}) == Codes{5, 0});
  CHECK(drums({{0, 1, 36}, {0, 1, 35}}) == Codes{2, 0});
  CHECK(drums({{0, 1, 38}, {0, 1, 40}}) == Codes{4, 0});
  CHECK(drums({{0, 1, 51}, {0, 1, 59}}) == Codes{512, 0});
  CHECK(drums({{0, 1, 36}, {0, 1, 20}, {1, 1, 38}}) == Codes{0, 2});
  const Representation r(preset("drums"));
  CHECK(r.class_of(512) == -1);
}

TEST_CASE("drums as note-seq has them", "[musicrnn]") {
  const auto drums = [](const std::vector<Note>& notes) { return codes(drum_events(notes, 2, kPython)); };
  CHECK(drums({{0, 1, 36}, {0, 1, 35}, {0, 1, 51}, {0, 1, 59}}) == Codes{1 + 256, 0});
  CHECK(drums({{0, 1, 36}, {0, 1, 20}, {1, 1, 38}, {2, 1, 38}}) == Codes{1, 2});
  CHECK(drum_class(43) == 4);
  CHECK(drum_class(43, kJs) == 6);
  CHECK(drum_class(52) == 7);
  CHECK(drum_class(52, kJs) == 8);
  CHECK(drum_class(22) == 2);
  CHECK(drum_class(26) == 3);
  CHECK(drum_class(22, kJs) == -1);
  for (const auto c : {kJs, kPython}) {
    int known = 0;
    for (int p = -1; p < 130; ++p) known += drum_class(p, c) >= 0;
    CHECK(known == (c == kJs ? 61 : 63));
    for (int d = 0; d < kDrumClasses; ++d) CHECK(drum_class(drum_pitch(d), c) == d);
  }
}

TEST_CASE("what a drum VAE reads: Magenta.js says of silence a step too early", "[musicrnn]") {
  const std::vector<Note> kicks{{0, 1, 36}, {2, 1, 36}, {6, 1, 36}};
  const auto silence = [&](Compatibility c) {
    std::string text;
    for (const auto row : drum_roll(kicks, 16, c)) text += row >> kDrumClasses & 1 ? '1' : '0';
    return text;
  };
  CHECK(silence(kJs) == "1011101111111110");
  CHECK(silence(kPython) == "0101110111111111");
  CHECK(drum_roll(kicks, 16, kJs)[2] == 1 + 512);
  const std::vector<Note> unknown{{1, 1, 20}};
  CHECK(drum_roll(unknown, 3, kJs)[0] == 0);
  CHECK(drum_roll(unknown, 3, kPython)[0] == 512);
}

TEST_CASE("several voices step by step", "[musicrnn]") {
  const std::vector<Note> notes{{0, 2, 60}, {0, 1, 64}, {1, 2, 67}, {1, 1, 60}};
  const Codes expected{
      kStart,        kNewNote + 64, kNewNote + 60,       kStepEnd, kNewNote + 67, kContinuedNote + 60,
      kNewNote + 60, kStepEnd,      kContinuedNote + 67, kStepEnd, kStepEnd,      kEnd};
  const auto events = polyphony_events(notes, 4);
  CHECK(codes(events) == expected);
  auto back = to_notes(Representation(preset("polyphony")), events);
  const std::vector<Note> sorted{{0, 1, 64}, {0, 2, 60}, {1, 2, 67}, {1, 1, 60}};
  CHECK(back == sorted);
  const std::vector<Event> torn{kStart, kNewNote + 60, kStepEnd, kContinuedNote + 60, kNewNote + 55};
  const std::vector<Note> held{{0, 2, 60}, {1, 1, 55}};
  CHECK(to_notes(Representation(preset("polyphony")), torn) == held);
}

TEST_CASE("a performance in note-seq's order", "[musicrnn]") {
  const std::vector<Note> notes{{0, 100, 60, 100}, {0, 150, 64, 100}, {100, 250, 67, 127}};
  const Codes expected{kVelocity + 24,    kNoteOn + 60,    kNoteOn + 64,    kTimeShift + 99,
                       kNoteRelease + 60, kVelocity + 31,  kNoteOn + 67,    kTimeShift + 49,
                       kNoteRelease + 64, kTimeShift + 99, kTimeShift + 99, kNoteRelease + 67};
  CHECK(codes(performance_events(notes, kAsLongAsNotes, 32, 100, kPython)) == expected);
  auto longer = expected;
  longer.insert(longer.end(), {kTimeShift + 49});
  CHECK(codes(performance_events(notes, 400, 32, 100, kPython)) == longer);
  Codes shorter(expected.begin(), expected.begin() + 7);
  shorter.push_back(kTimeShift + 19);
  CHECK(codes(performance_events(notes, 120, 32, 100, kPython)) == shorter);
  CHECK(codes(performance_events({}, 230, 32, 100, kPython)) ==
        Codes{kTimeShift + 99, kTimeShift + 99, kTimeShift + 29});
}

TEST_CASE("velocities of a performance", "[musicrnn]") {
  CHECK(velocity_bin(1, 32) == 1);
  CHECK(velocity_bin(4, 32) == 1);
  CHECK(velocity_bin(5, 32) == 2);
  CHECK(velocity_bin(127, 32) == 32);
  CHECK(bin_velocity(32, 32) == 125);
  for (const int bins : {1, 8, 32, 127})
    for (int bin = 1; bin <= bins; ++bin) CHECK(velocity_bin(bin_velocity(bin, bins), bins) == bin);
  const std::vector<Note> loud{{0, 1, 60, 127}};
  CHECK(performance_events(loud, 1, 32, 100, kPython).size() == 4);
  CHECK(performance_events(loud, 1, 32, 100, kJs).size() == 3);
  CHECK(performance_events(loud, 1, 0, 100, kPython).size() == 3);
}

TEST_CASE("a performance with faults comes back as the notes that make sense", "[musicrnn]") {
  const std::vector<Event> events{kNoteRelease + 50, kNoteOn + 60,      kTimeShift + 9, kNoteOn + 60,
                                  kTimeShift + 9,    kNoteRelease + 60, kNoteOn + 62,   kNoteRelease + 62,
                                  kVelocity + 0,     kNoteOn + 64,      kTimeShift + 4, kNoteRelease + 60};
  const std::vector<Note> notes{{0, 20, 60, 80}, {10, 15, 60, 80}, {20, 5, 64, 1}};
  CHECK(to_notes(Representation(preset("performance_with_dynamics")), events, 80) == notes);
}

TEST_CASE("a piano roll lets a key up before it is struck anew", "[musicrnn]") {
  const std::vector<Note> notes{{4, 2, 60}, {0, 4, 60}, {2, 9, 21}, {0, 2, 108}, {0, 9, 20}, {0, 9, 109}};
  const auto events = piano_roll_events(notes, 8);
  const std::vector<Note> expected{{0, 2, 108}, {0, 3, 60}, {2, 6, 21}, {4, 2, 60}};
  CHECK(to_notes(Representation(preset("piano_roll")), events) == expected);
}

TEST_CASE("random music comes back as it was", "[musicrnn]") {
  std::mt19937 random(3);
  const auto any = [&](int from, int to) { return from + static_cast<int>(random() % unsigned(to - from)); };
  for (int round = 0; round < 50; ++round) {
    std::vector<Note> line, hits, chords;
    for (int step = any(0, 4); step < 60;) {
      const int steps = any(1, 6);
      line.push_back({step, steps, any(48, 84)});
      step += steps + any(0, 3);
    }
    for (int step = 0; step < 64; ++step)
      for (int d = kDrumClasses - 1; d >= 0; --d)
        if (any(0, 5) == 0) hits.push_back({step, 1, drum_pitch(d)});
    for (int pitch = 30; pitch < 90; ++pitch)
      for (int step = any(0, 40); step < 50;) {
        const int steps = any(1, 9);
        chords.push_back({step, steps, pitch, bin_velocity(any(1, 33), 32)});
        step += steps + any(1, 9);
      }
    const auto check = [&](const char* name, Compatibility c, std::vector<Note> notes) {
      INFO(name << " round " << round);
      Settings s = preset(name);
      s.compatibility = c;
      const Representation r(s);
      if (s.velocity_bins == 0)
        for (Note& note : notes) note.velocity = 100;
      std::sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) {
        return a.step != b.step ? a.step < b.step : a.pitch > b.pitch;
      });
      CHECK(to_notes(r, to_events(r, notes, 80)) == notes);
    };
    for (const auto c : {kJs, kPython}) {
      check("basic", c, line);
      check("key", c, line);
      check("mono", c, line);
      check("drums", c, hits);
      check("polyphony", c, chords);
      check("performance", c, chords);
      if (c == kPython) check("performance_with_dynamics", c, chords);
      check("piano_roll", c, chords);
    }
  }
}

TEST_CASE("events of real notes may come, in their order", "[musicrnn]") {
  const std::vector<Note> notes{{0, 4, 60}, {0, 2, 64}, {4, 2, 62}, {7, 1, 60}};
  for (const char* name : {"basic", "key", "polyphony", "performance", "performance_with_dynamics"}) {
    INFO(name);
    const Representation r(preset(name));
    Stream stream(r);
    for (const Event& event : to_events(r, notes, 16)) {
      CHECK(stream.legal(event));
      stream.push(event);
    }
  }
}

TEST_CASE("the grid and the progression of chords", "[musicrnn]") {
  CHECK(step_at(0.124, 4) == 0);
  CHECK(step_at(0.125, 4) == 1);
  static_assert(chord_at(0, 4, 32) == 0);
  static_assert(chord_at(7, 4, 32) == 0);
  static_assert(chord_at(8, 4, 32) == 1);
  static_assert(chord_at(31, 4, 32) == 3);
}
