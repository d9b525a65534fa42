// A model that plays one note a step, each a semitone above the last one that it heard or played; with a
// wish of density below 0 only the first step of each beat.
#pragma once

#include <string>
#include <vector>

#include "engine/players/generator.h"

namespace continuo::players {

class Ladder final : public Generator {
 public:
  struct State final : Memory {
    int last = 60, step = 0;
    size_t heard = 0;
  };
  [[nodiscard]] int steps_a_beat() const override { return 4; }
  void seed(uint32_t) override {}
  void forget() override {
    now = {};
    ++forgotten;
  }
  void hear(std::span<const StepNote> notes, bool sounds) override {
    std::string text = sounds ? "-" : ".";
    for (const StepNote& note : notes) {
      text = std::to_string(note.pitch);
      now.last = note.pitch;
    }
    steps.resize(now.heard);
    steps.push_back(text);
    now.heard = steps.size();
    ++now.step;
  }
  int play(const Wishes& wishes, std::span<StepNote, kMostNotes> notes, bool& ends) override {
    ends = true;
    steps.resize(now.heard);
    now.heard = steps.size() + 1;
    const bool rests = wishes.density < -0.25f && now.step % 4 != 0;
    ++now.step;
    if (rests) {
      steps.emplace_back("rest");
      return 0;
    }
    now.last += stride;
    steps.push_back("+" + std::to_string(now.last));
    notes[0] = {now.last, -1, 0, -1};
    return 1;
  }
  [[nodiscard]] std::unique_ptr<Memory> remember() const override { return std::make_unique<State>(now); }
  void recall(const Memory& memory) override { now = static_cast<const State&>(memory); }

  State now;
  std::vector<std::string> steps;  // that it was told or told
  int forgotten = 0, stride = 1;
};

}  // namespace continuo::players
