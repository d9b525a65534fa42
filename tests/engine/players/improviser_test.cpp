// The partner: what it hears, when it answers, what it leaves when the human comes back in.
#include "engine/players/improviser.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include "tests/engine/players/ladder.h"

using namespace continuo::players;

namespace {

struct Stage {
  explicit Stage(const TurnSettings& settings) {
    auto made = std::make_unique<Ladder>();
    model = made.get();
    partner = std::make_unique<Improviser>(std::move(made));
    partner->set(settings);
  }
  // In turns of 10 ms at 120 bpm.
  void run(double to) {
    for (; beat < to - 1e-9; beat += 0.02) {
      std::array<OutNote, 8> out;
      const size_t count = partner->advance(beat, kAhead, {}, out);
      for (size_t i = 0; i < count; ++i) {
        CHECK(out[i].beat < beat + kAhead);
        notes.push_back(out[i]);
      }
    }
  }
  void play(double at, double until, int pitch, float velocity = 0.8f) {
    run(at);
    partner->note_on(at, pitch, velocity);
    run(until);
    partner->note_off(until, pitch);
  }
  // Of the notes that sounded, begin to end.
  [[nodiscard]] std::vector<PlayedNote> sounded() const {
    std::vector<PlayedNote> all;
    std::map<uint32_t, size_t> open;
    for (const OutNote& note : notes) {
      if (note.velocity > 0) {
        open[note.id] = all.size();
        all.push_back({note.beat, -1, note.pitch, note.velocity});
      } else {
        REQUIRE(open.contains(note.id));
        all[open[note.id]].beats = note.beat - all[open[note.id]].beat;
        open.erase(note.id);
      }
    }
    return all;
  }

  static constexpr double kAhead = 0.06;
  Ladder* model;
  std::unique_ptr<Improviser> partner;
  std::vector<OutNote> notes;
  double beat = 0;
};

}  // namespace

TEST_CASE("A call is heard step by step, a note a little early as the step that it meant, and answered") {
  Stage stage({.mode = Mode::kCall, .silence_beats = 0.5, .answer_bars = 1, .grid_beats = 1});
  stage.play(0.95, 1.4, 60);
  stage.play(1.47, 1.98, 62);
  stage.run(12);
  const std::vector<std::string> heard(stage.model->steps.begin(), stage.model->steps.begin() + 8);
  CHECK(heard == std::vector<std::string>{"60", "-", "62", "-", ".", ".", ".", "."});
  const auto played = stage.sounded();
  REQUIRE(played.size() == 16);
  for (size_t i = 0; i < played.size(); ++i) {
    CHECK(played[i].beat == Approx(3 + 0.25 * static_cast<double>(i)));
    CHECK(played[i].pitch == 63 + static_cast<int>(i));
    CHECK(played[i].beats == Approx(0.25));
    CHECK(played[i].velocity == Approx(0.8f).margin(0.1));  // the human's
  }
  CHECK(stage.partner->answers() == 1);
}

TEST_CASE("The human comes back in: what sounds ends, what was computed is forgotten, the new call counts") {
  Stage stage({.mode = Mode::kCall, .silence_beats = 0.5, .answer_bars = 4, .grid_beats = 1});
  stage.play(0, 1, 60);
  stage.run(4);
  CHECK(stage.partner->ready_beats(4) > 3);  // computed ahead
  stage.play(4.1, 4.6, 48);
  const auto before = stage.sounded();
  for (const PlayedNote& note : before) {
    CHECK(note.beats >= 0);  // ended
    CHECK(note.beat < 4.1 + Stage::kAhead);
    CHECK(note.beat + note.beats < 4.2);
  }
  stage.run(5.5);
  // It knows what it played until then, and no more.
  CHECK(stage.model->steps[16] == "48");
  CHECK(stage.model->steps[15][0] == '+');
  stage.run(6.3);
  const auto after = stage.sounded();
  REQUIRE(after.size() > before.size());
  CHECK(after[before.size()].pitch == 49);
  CHECK(after[before.size()].beat == Approx(6));
}

TEST_CASE("A loop repeats its answer; mutated, the end of it is new; played into, it ends") {
  Stage stage({.mode = Mode::kCall, .silence_beats = 0.5, .answer_bars = 1, .grid_beats = 1, .loop = true});
  stage.play(0, 1, 60);
  stage.run(9.9);
  auto played = stage.sounded();
  REQUIRE(played.size() >= 32);
  for (size_t i = 16; i < 31; ++i) CHECK(played[i].pitch == played[i - 16].pitch);
  const double answer = played[0].beat;
  stage.model->stride = 2;
  stage.partner->mutate(0.25);
  stage.run(30);
  played = stage.sounded();
  // One cycle ends in four new notes, which stay.
  int fresh = 0;
  for (size_t i = 32; i < played.size() - 1; ++i) {
    CHECK(played[i].beat == Approx(answer + 0.25 * static_cast<double>(i)));
    if (played[i].pitch != played[i - 16].pitch) {
      ++fresh;
      CHECK(i % 16 >= 12);
    }
  }
  CHECK(fresh == 4);
  stage.partner->note_on(30, 50, 1);
  stage.run(30.2);
  const size_t count = stage.notes.size();
  stage.run(40);
  CHECK(stage.notes.size() == count);
}

TEST_CASE("Accompanying: as much as the human plays, as loud as the human, until panic") {
  Stage stage({.mode = Mode::kAccompany, .answer_bars = 2});
  for (int i = 0; i < 64; ++i) stage.play(i * 0.25, i * 0.25 + 0.2, 60, 0.9f);  // busy and loud, 16 beats
  const Feel busy = feel_of(stage.sounded(), 8, 16);
  for (int i = 0; i < 16; ++i) stage.play(16 + i * 1, 16 + i * 1 + 0.5, 60, 0.3f);  // few and soft
  const Feel calm = feel_of(stage.sounded(), 26, 32);
  CHECK(busy.onsets_a_beat > calm.onsets_a_beat + 1);
  CHECK(busy.velocity == Approx(0.9).margin(0.05));
  CHECK(calm.velocity == Approx(0.3).margin(0.05));
  stage.partner->panic();
  stage.run(32.04);
  for (const PlayedNote& note : stage.sounded()) CHECK(note.beats > -0.5);
}

TEST_CASE("Mute goes on unheard; transposed; asked for, an answer comes at the next place of the grid") {
  Stage stage({.mode = Mode::kListen, .grid_beats = 0.25});
  stage.play(0, 1, 60);
  Manner manner;
  manner.transpose = 12;
  stage.partner->set(manner);
  stage.run(20.1);
  CHECK(stage.notes.empty());
  stage.partner->ask(20.1, 1);
  stage.run(22.01);
  manner.mute = true;
  stage.partner->set(manner);
  stage.run(30);
  const auto played = stage.sounded();
  REQUIRE(played.size() >= 6);
  CHECK(played[0].beat == Approx(20.25));
  CHECK(played[0].pitch >= 72);
  for (const PlayedNote& note : played) {
    CHECK(note.beat < 22.2);
    CHECK(note.beats > 0);
  }
}

TEST_CASE("Swing of the human is taken over") {
  Stage stage({.mode = Mode::kCall, .silence_beats = 0.5, .answer_bars = 1, .grid_beats = 1});
  for (int beat = 0; beat < 4; ++beat) {
    stage.play(beat, beat + 0.5, 60);
    stage.play(beat + 0.66, beat + 0.9, 62);
  }
  stage.run(12);
  const auto played = stage.sounded();
  REQUIRE(played.size() == 16);
  CHECK(played[2].beat - std::floor(played[2].beat) == Approx(0.66).margin(0.02));
}
