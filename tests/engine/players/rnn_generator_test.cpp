// A network as a player's model: what it hears, plays and remembers, and what it is asked for.
#include "engine/players/rnn_generator.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>

using namespace continuo;
using namespace continuo::players;

namespace {

// A network with random weights.
std::shared_ptr<const musicrnn::Model> random_model(const std::string& representation) {
  const musicrnn::Representation r(musicrnn::preset(representation));
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 0.3f);
  const auto some = [&](int count) {
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = normal(random);
    return values;
  };
  constexpr int kHidden = 24;
  io::SafetensorsWriter writer;
  writer.set_metadata(
      "config",
      R"({"format":"continuo/1","kind":"musicrnn","name":"random","cells":[24],"representation":{"name":")" +
          representation + "\"}}");
  writer.add_f32("cell.0.kernel", {r.inputs() + kHidden, 4 * kHidden},
                 some((r.inputs() + kHidden) * 4 * kHidden));
  writer.add_f32("cell.0.bias", {4 * kHidden}, some(4 * kHidden));
  writer.add_f32("out.weight", {kHidden, r.labels()}, some(kHidden * r.labels()));
  writer.add_f32("out.bias", {r.labels()}, some(r.labels()));
  return musicrnn::Model::from(io::Safetensors::parse("random", writer.bytes()));
}

struct Played {
  std::vector<int> pitches;  // -1: nothing begins
  int ends = 0;
};

Played play(RnnGenerator& generator, int steps, const Wishes& wishes = {}) {
  Played played;
  for (int i = 0; i < steps; ++i) {
    std::array<StepNote, kMostNotes> notes;
    bool ends = false;
    const int count = generator.play(wishes, notes, ends);
    played.pitches.push_back(count > 0 ? notes[0].pitch : -1);
    played.ends += ends;
  }
  return played;
}

}  // namespace

TEST_CASE("The same seed, the same notes; a memory brings them back; another primer, others") {
  RnnGenerator generator(random_model("lookback"));
  const std::vector<StepNote> c{{60, 1, 0, 0.5}}, low{{31, 1, 0, 0.5}};
  const auto prime = [&](const std::vector<StepNote>& note) {
    generator.forget();
    generator.seed(3);
    generator.hear(note, true);
    generator.hear({}, true);
    generator.hear({}, false);
  };
  prime(c);
  const auto memory = generator.remember();
  const auto first = play(generator, 64).pitches;
  prime(c);
  CHECK(play(generator, 64).pitches == first);
  generator.recall(*memory);
  generator.seed(3);
  CHECK(play(generator, 64).pitches == first);
  prime(low);  // heard as a note that the model has
  CHECK(play(generator, 64).pitches != first);
}

TEST_CASE("Scales, ranges and density are kept to") {
  RnnGenerator generator(random_model("basic"));
  Wishes wishes;
  wishes.lowest = 60, wishes.highest = 72;
  wishes.scale = 0xab5;  // C major
  wishes.density = 1;
  const auto busy = play(generator, 300, wishes).pitches;
  std::set<int> pitches(busy.begin(), busy.end());
  pitches.erase(-1);
  for (const int pitch : pitches) CHECK((pitch >= 60 && pitch <= 72 && (0xab5 >> pitch % 12 & 1) != 0));
  CHECK(pitches.size() == 8);
  wishes.density = -1;
  const auto calm = play(generator, 300, wishes).pitches;
  CHECK(std::count(calm.begin(), calm.end(), -1) > std::count(busy.begin(), busy.end(), -1) + 30);
  wishes.temperature = 0;
  generator.forget();
  const auto likeliest = play(generator, 50, wishes).pitches;
  generator.forget();
  CHECK(play(generator, 50, wishes).pitches == likeliest);
}

TEST_CASE("Drums come as General MIDI's, several at once") {
  RnnGenerator generator(random_model("drums"));
  generator.hear(std::vector<StepNote>{{36, 1, 0, 0.2}, {42, 1, 0, 0.2}}, true);
  const std::set<int> kit{36, 38, 42, 46, 45, 48, 50, 49, 51};
  size_t most = 0;
  for (int i = 0; i < 200; ++i) {
    std::array<StepNote, kMostNotes> notes;
    bool ends = false;
    const auto count = static_cast<size_t>(generator.play({}, notes, ends));
    CHECK_FALSE(ends);
    most = std::max(most, count);
    for (const StepNote& note : std::span(notes).first(count)) {
      CHECK(kit.contains(note.pitch));
      CHECK(note.beats > 0);
    }
  }
  CHECK(most >= 2);
}

TEST_CASE("Chords change what a model that knows them plays, and are refused by name") {
  RnnGenerator generator(random_model("improv"));
  const auto with = [&](uint32_t chord) {
    generator.forget();
    generator.seed(1);
    Wishes wishes;
    wishes.chord = chord;
    return play(generator, 64, wishes).pitches;
  };
  const auto chords = pack_chords("C Am F#dim");
  REQUIRE(chords.size() == 3);
  CHECK(with(chords[0]) != with(chords[1]));
  CHECK(with(chords[0]) == with(pack_chords("C")[0]));
  CHECK_THROWS_WITH(pack_chords("C Xyz"), Catch::Contains("chord 2"));
  CHECK_THROWS_WITH(pack_chords("  "), Catch::Contains("C Am F G7"));
}

TEST_CASE("What is no melody and no drums is refused") {
  CHECK_THROWS_WITH(RnnGenerator(random_model("polyphony")), Catch::Contains("melodies or drums"));
}
