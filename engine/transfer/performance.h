// What was played in a recording, frame by frame, as a model is to play it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/data/features.h"
#include "models/ddsp/inference/config.h"

namespace continuo::transfer {

struct Fitting {
  bool automatic = true;      // level and octave are fitted to the model's data
  std::optional<int> octave;  // in place of the automatic one
  float gain_db = 0;          // on top
};

struct Moment {
  float midi = 60;
  float db = -80;  // as the model hears it
  bool sounds = false;
  int technique = -1;  // entry of the space that the model's encoder hears; -1: as is (techniques.h)
};

// Moment j stands at j / frame_rate_hz seconds.
struct Performance {
  double frame_rate_hz = 100;
  std::vector<Moment> moments;
  int octave = 0;         // that was added
  float level_db = 0;     // that was added to the median of the notes
  double note_share = 0;  // of the frames
  double out_of_pitch = 0,
         loud = 0;  // shares of the sounding frames outside the model's trained pitch, power
};

// What a model was trained on: the rate, hop, window and tracker of its features. Any thread. Throws
// std::runtime_error when the model's tracker settings make no sense.
data::FeatureSpec features_of(const ddsp::Config& model);

// Any thread. `audio`: mono at the model's rate; what is not finite counts as 0.
Performance perform(std::span<const float> audio, const ddsp::Config& model, const Fitting& fitting);

}  // namespace continuo::transfer
