// Fits a recording to a model: which frames are notes, how loud, in which octave.
//
// After magenta/ddsp, ddsp/training/postprocessing.py and the timbre transfer notebook (Engel et al., ICLR
// 2020): note mask, quantile transform of the level, shift by octaves. Where those take the mean pitch of the
// training data, this takes its median, which the model file holds.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "models/ddsp/inference/config.h"

namespace continuo::transfer {

// Any thread. For each frame how surely it belongs to a note: from 1 on it does. `confidence` is 0..1, `db`
// the power, both of one length; `frame_rate` in Hz.
std::vector<float> note_ratio(std::span<const float> confidence, std::span<const float> db, double frame_rate,
                              float floor_db);

// Levels of a player mapped to those of the model's data, quantile by quantile.
class LevelMap {
 public:
  // Any thread. `sounding_db`: power of the player's notes; at least one frame.
  LevelMap(std::vector<float> sounding_db, const ddsp::PowerQuantiles& model);
  // dB to dB; rising. Beyond the outer quantiles the distance to them is kept.
  [[nodiscard]] float at(float db) const noexcept;

 private:
  static constexpr size_t kPoints = 7;
  std::array<float, kPoints> from_, to_;
};

// Any thread. Octaves to add so that a player's notes come to the model's register: the distance of the
// medians in octaves, rounded down when it is more than 1.5, else up. None when nearly all of the notes lie
// where the model was trained.
int octave_shift(std::vector<float> sounding_midi, const ddsp::PitchQuantiles& model);

// Any thread. Replaces what jumps by an octave, a twelfth or two octaves for less than 40 ms, in place.
void veto_octave_jumps(std::span<float> midi, std::span<const char> voiced, double frame_rate);

}  // namespace continuo::transfer
