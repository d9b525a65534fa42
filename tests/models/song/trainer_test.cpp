// Training: it learns what there is to learn, stops, goes on from a checkpoint.
#include "models/song/trainer.h"  // before Catch: LibTorch has a CHECK of its own

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

using namespace continuo::song;
using Catch::Contains;

namespace {

// A tune of four notes, up and down, with breaths; the same again and again.
Curve tune(int phrases, float vibrato) {
  Curve curve;
  for (int p = 0; p < phrases; ++p) {
    for (const float midi : {60.f, 62.f, 64.f, 62.f}) {
      for (int i = 0; i < 40; ++i) {
        curve.midi.push_back(midi + vibrato * std::sin(0.35f * static_cast<float>(i)));
        curve.db.push_back(-20);
      }
    }
    for (int i = 0; i < 50; ++i) {
      curve.midi.push_back(0);
      curve.db.push_back(-80);
    }
  }
  curve.technique.assign(curve.frames(), 0);
  return curve;
}

std::vector<Example> examples(int songs) {
  std::vector<Example> out;
  for (int i = 0; i < songs; ++i) out.push_back(make_example(tune(8, 0.1f * static_cast<float>(i % 3)), 50));
  return out;
}

TrainSpec small() {
  TrainSpec spec;
  spec.minutes = 100;
  spec.steps = 60;
  spec.note_crops = 8;
  spec.note_crop = 24;
  spec.frame_crops = 4;
  spec.frame_crop = 100;
  spec.dropout = 0;
  spec.rate = 1e-2;
  return spec;
}

}  // namespace

TEST_CASE("examples say what was sung") {
  const Example example = make_example(tune(3, 0), 50);
  REQUIRE(example.notes.size() == 12);
  CHECK(example.notes[1].interval == kLargestInterval + 2);
  CHECK(example.notes[3].interval == kLargestInterval - 2);
  CHECK(example.notes[4].input.phrase_notes == 0);  // after the breath
  CHECK(example.notes[5].input.phrase_notes == 1);
  CHECK(example.notes[3].gap == gap_class(0.5));
  CHECK(example.notes[0].length == length_class(0.4));
  CHECK(example.notes[2].gap == 0);
  REQUIRE(example.frames.size() > 200);
  for (const FrameExample& f : example.frames) {
    if (f.input.sounding) CHECK(f.deviation == Approx(kDeviations / 2).margin(1));
  }
}

TEST_CASE("a tune is learned, a checkpoint goes on where it stood") {
  NetworkShape shape;
  shape.note_hidden = shape.hidden = 24;
  shape.note_dense = shape.channels = 16;
  const std::atomic<bool> go{false};
  Trainer trainer(shape, small(), examples(6), examples(2));
  const auto before = trainer.judge(trainer.notes(), trainer.frames(), true, true);
  const auto file = std::filesystem::temp_directory_path() / "continuo-song-training" / "checkpoint";
  trainer.save_to(file);
  trainer.run(go, [](const Progress&) {});
  const auto after = trainer.judge(trainer.notes(), trainer.frames(), true, true);
  CHECK(after.interval < 0.5 * before.interval);
  CHECK(after.length < 0.5 * before.length);
  CHECK(after.frames() < 0.7 * before.frames());
  Trainer second(shape, small(), examples(6), examples(2));
  second.save_to(file);
  second.load();
  CHECK(second.note_progress().done);
  CHECK(second.judge(second.notes(), second.frames(), true, true).interval == Approx(after.interval));
  shape.hidden = 32;
  Trainer other(shape, small(), examples(6), {});
  other.save_to(file);
  CHECK_THROWS_WITH(other.load(), Contains("no checkpoint of this training"));
  std::filesystem::remove_all(file.parent_path());
}

TEST_CASE("too little to learn from is told") {
  CHECK_THROWS_WITH(Trainer(NetworkShape{}, small(), {make_example(tune(2, 0), 50)}, {}),
                    Contains("8 notes to learn from; at least 100"));
}
