// Streams: what the network sees, labels and back, what may come.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "models/musicrnn/events/representation.h"
#include "tests/engine/dsp/allocations.h"

using namespace continuo::musicrnn;

namespace {

Event any_event(const Representation& r, std::mt19937& random) {
  if (!r.sigmoids()) {
    if (random() % 2 == 0) return r.default_event();
    return r.event_of(static_cast<int>(random() % static_cast<unsigned>(r.classes())));
  }
  Event event;
  for (int key = 0; key < 88; ++key)
    if (random() % 20 == 0) event.set_key(key);
  return event;
}

}  // namespace

TEST_CASE("inputs lie in the vector, each once; labels stand for their events", "[musicrnn]") {
  std::mt19937 random(1);
  for (const auto name : preset_names()) {
    INFO(name);
    const Representation r(preset(name));
    Stream stream(r);
    std::vector<Active> input(static_cast<std::size_t>(r.most_active()));
    for (int i = 0; i < 600; ++i) {
      const Event event = any_event(r, random);
      if (!r.sigmoids()) {
        const int label = stream.label(event);
        REQUIRE(label >= 0);
        REQUIRE(label < r.labels());
        REQUIRE(stream.event(label) == event);
      }
      stream.push(event);
      const auto n = stream.input(input, parse_chord("F#m7b5"));
      REQUIRE(n <= input.size());
      std::set<int> seen;
      for (std::size_t k = 0; k < n; ++k) {
        REQUIRE(input[k].index >= 0);
        REQUIRE(input[k].index < r.inputs());
        REQUIRE(seen.insert(input[k].index).second);
      }
    }
    CHECK(stream.position() == 600);
    stream.reset();
    CHECK(stream.position() == 0);
  }
}

TEST_CASE("every label can be decoded at any time", "[musicrnn]") {
  for (const auto name : preset_names()) {
    const Representation r(preset(name));
    Stream stream(r);
    for (int i = 0; i < 40; ++i) {
      for (int label = 0; label < r.labels(); ++label)
        if (!r.sigmoids()) REQUIRE(r.class_of(stream.event(label)) >= 0);
      stream.push(r.default_event());
    }
  }
}

TEST_CASE("a copy of a stream goes its own way", "[musicrnn]") {
  const Representation r(preset("lookback"));
  Stream a(r);
  for (int i = 0; i < 20; ++i) a.push(60 + i % 5);
  Stream b = a;
  b.push(70);
  CHECK(a.position() == 20);
  CHECK(b.position() == 21);
  std::vector<Active> one(static_cast<std::size_t>(r.most_active())), two = one;
  a.push(70);
  const auto n = a.input(one);
  CHECK(n == b.input(two));
  CHECK(one == two);
  CHECK(sizeof(Stream) < 1024);
}

TEST_CASE("the farthest lookback reaches 128 steps back", "[musicrnn]") {
  Settings s = preset("mono");
  s.distances = {64, 128};
  const Representation r(s);
  Stream stream(r);
  for (int i = 0; i < 1000; ++i) stream.push(i % 128);
  CHECK(stream.label(1000 % 128) == r.classes() + 1);
  CHECK(stream.label((1000 - 64) % 128) == r.classes());
  std::vector<Active> input(static_cast<std::size_t>(r.most_active()));
  const auto n = stream.input(input);
  CHECK(input[n - 1] == Active{r.inputs() - 1, 1});
}

TEST_CASE("a note-off may come only where a note sounds", "[musicrnn]") {
  const Representation r;
  Stream stream(r);
  CHECK_FALSE(stream.legal(kNoteOff));
  CHECK(stream.legal(kNoEvent));
  CHECK(stream.legal(60));
  CHECK_FALSE(stream.legal(30));
  stream.push(60);
  stream.push(kNoEvent);
  CHECK(stream.legal(kNoteOff));
  stream.push(kNoteOff);
  CHECK_FALSE(stream.legal(kNoteOff));
}

TEST_CASE("a step's pitches come downwards, and go on only where they sounded", "[musicrnn]") {
  const Representation r(preset("polyphony"));
  Stream stream(r);
  CHECK(stream.legal(kStart));
  CHECK_FALSE(stream.legal(kStepEnd));
  for (const int code : {kStart, kNewNote + 64, kNewNote + 60}) {
    CHECK(stream.legal(code));
    stream.push(code);
  }
  CHECK_FALSE(stream.legal(kStart));
  CHECK_FALSE(stream.legal(kNewNote + 60));
  CHECK_FALSE(stream.legal(kNewNote + 62));
  CHECK_FALSE(stream.legal(kContinuedNote + 55));
  CHECK_FALSE(stream.legal(kEnd));
  stream.push(kStepEnd);
  CHECK(stream.legal(kEnd));
  CHECK(stream.legal(kContinuedNote + 64));
  CHECK(stream.legal(kContinuedNote + 60));
  CHECK_FALSE(stream.legal(kContinuedNote + 62));
  CHECK(stream.legal(kNewNote + 64));
  stream.push(kContinuedNote + 60);
  CHECK_FALSE(stream.legal(kContinuedNote + 64));
  stream.push(kStepEnd);
  CHECK_FALSE(stream.legal(kContinuedNote + 64));
  stream.push(kEnd);
  for (int c = 0; c < r.classes(); ++c) CHECK_FALSE(stream.legal(r.event_of(c)));
}

TEST_CASE("a performance ends what sounds, and plays a note after a velocity", "[musicrnn]") {
  const Representation r(preset("performance_with_dynamics"));
  Stream stream(r);
  CHECK_FALSE(stream.legal(kNoteRelease + 60));
  CHECK(stream.legal(kVelocity));
  stream.push(kVelocity + 20);
  CHECK_FALSE(stream.legal(kVelocity));
  CHECK_FALSE(stream.legal(kTimeShift));
  CHECK(stream.legal(kNoteOn + 60));
  stream.push(kNoteOn + 60);
  CHECK_FALSE(stream.legal(kNoteOn + 60));
  CHECK(stream.legal(kNoteRelease + 60));
  CHECK(stream.legal(kTimeShift + 99));
  stream.push(kNoteRelease + 60);
  CHECK_FALSE(stream.legal(kNoteRelease + 60));
}

TEST_CASE("something always may come until the end", "[musicrnn]") {
  std::mt19937 random(2);
  for (const auto name : preset_names()) {
    INFO(name);
    Settings s = preset(name);
    if (s.vocabulary == Vocabulary::kPerformance || s.vocabulary == Vocabulary::kPolyphony)
      s.max_pitch = s.min_pitch + 1;
    const Representation r(s);
    if (r.sigmoids()) continue;
    Stream stream(r);
    for (int i = 0; i < 300; ++i) {
      std::vector<Event> may;
      for (int c = 0; c < r.classes(); ++c)
        if (stream.legal(r.event_of(c)) &&
            r.event_of(c).code != (s.vocabulary == Vocabulary::kPolyphony ? kEnd : -100))
          may.push_back(r.event_of(c));
      REQUIRE_FALSE(may.empty());
      stream.push(may[random() % may.size()]);
    }
  }
}

TEST_CASE("a stream allocates nothing", "[musicrnn]") {
  for (const auto name : preset_names()) {
    INFO(name);
    const Representation r(preset(name));
    std::vector<Active> input(static_cast<std::size_t>(r.most_active()));
    const Chord chord = parse_chord("Am7");
    const long before = continuo::test::allocations();
    Stream stream(r);
    std::size_t written = 0;
    for (int i = 0; i < 300; ++i) {
      const Event event = r.event_of(i % r.classes());
      if (!r.sigmoids()) stream.event(stream.label(event));
      stream.legal(event);
      stream.push(event);
      Stream fork = stream;
      written += fork.input(input, chord);
    }
    const long after = continuo::test::allocations();
    CHECK(after == before);
    CHECK(written > 0);
  }
}
