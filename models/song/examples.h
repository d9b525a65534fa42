// Curves as sequences to learn from: the notes of each, and its frames at the model's rate.
#pragma once
#include <vector>

#include "models/song/inference/config.h"
#include "models/song/inference/features.h"
#include "models/song/set_curves.h"

namespace continuo::song {

// A note and what the note tier is to say of it.
struct NoteExample {
  NoteInput input;  // what is known before it
  int technique = 0, interval = 0, length = 0, gap = 0;
};

// A frame and what the frame tier is to say of it.
struct FrameExample {
  FrameInput input;
  bool voiced = false;
  int deviation = 0, level = 0;
};

struct Example {
  std::vector<NoteExample> notes;
  std::vector<FrameExample> frames;
};

// What the networks learn from a curve; empty when it holds fewer than 4 notes.
Example make_example(const Curve& curve, int frame_rate);

// Of all curves, for the config; `techniques`: their names.
void describe(const std::vector<Curve>& curves, const std::vector<std::string>& techniques, Config& config);

}  // namespace continuo::song
