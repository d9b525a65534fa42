// Brings a player's loudness and register to those that a model was trained on.
//
// After magenta/ddsp's auto-adjust (Engel et al., ICLR 2020: quantiles of the sounding frames, octave shift),
// with running statistics in place of a whole file's.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "models/ddsp/inference/config.h"

namespace continuo::listen {

// Whole octaves from a player's mean pitch to a model's. Up to half an octave apart: none. (Magenta's rule
// takes a player a semitone below the model's mean one octave up.) Beyond: towards the model, above one and a
// half octaves never past it.
int octave_shift(float model_mean_midi, float player_mean_midi) noexcept;

// Level, dB, by three quantiles of a player (10, 50 and 90 %) laid on the model's. Straight lines meet at the
// median; they are never steeper than 1.6 nor flatter than 0.5, so that a level that stays is no dynamics.
struct LevelLine {
  float from_db = -30, to_db = -30;
  float slope_below = 1, slope_above = 1;
  [[nodiscard]] float map(float db) const noexcept {
    return to_db + (db - from_db) * (db < from_db ? slope_below : slope_above);
  }
};
LevelLine level_line(const ddsp::PowerQuantiles& model, float player_p10, float player_p50,
                     float player_p90) noexcept;

// The player's statistics over the sounding ticks of the last half minute. Starts from the model's own, as if
// they had been heard for two seconds: the first notes sound as loud as they are played.
class RunningMatch {
 public:
  // Worker thread. `tick_seconds`: between calls of learn().
  void start(const ddsp::Config& model, double tick_seconds) noexcept;
  void learn(float midi, float db) noexcept;
  [[nodiscard]] const LevelLine& level() const noexcept { return line_; }
  // Changes nothing while fewer than one second was heard.
  [[nodiscard]] int octaves() const noexcept;
  // The player's quantile, dB.
  [[nodiscard]] float quantile_db(float share) const noexcept;

 private:
  static constexpr int kLowestDb = -80;
  static constexpr size_t kBins = 96;  // of 1 dB
  [[nodiscard]] static size_t bin(float db) noexcept;
  void update() noexcept;

  ddsp::PowerQuantiles model_power_;
  float model_midi_ = 60;
  std::array<float, kBins> weights_{};
  float sum_ = 0, weight_ = 1, growth_ = 1, midi_sum_ = 0, midi_weight_ = 0, tick_seconds_ = 0.002f;
  int until_update_ = 0;
  LevelLine line_;
};

}  // namespace continuo::listen
