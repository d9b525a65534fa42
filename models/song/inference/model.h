// The two networks of a song model as packed kernels, and one step of each.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "models/nn/gru.h"
#include "models/nn/matrix.h"
#include "models/song/inference/config.h"
#include "models/song/inference/features.h"

namespace continuo::song {

// Weights, packed once. Immutable after loading; shared by all singers.
class Model {
 public:
  // Disk thread. Reads, checks and packs a file. Throws io::Error with the reason when anything is wrong.
  static std::shared_ptr<const Model> load(const std::string& path, nn::Isa isa = nn::best_isa());
  static std::shared_ptr<const Model> from(const io::Safetensors& file, nn::Isa isa = nn::best_isa());

  const Config& config() const noexcept { return config_; }

 private:
  friend class Networks;
  Model(Config config, const io::Safetensors& file, nn::Isa isa);

  Config config_;
  nn::Isa isa_;
  nn::Gru note_;
  nn::Matrix technique_, interval_hidden_, interval_, length_hidden_, length_, gap_hidden_, gap_;
  nn::Matrix in_, deviation_, voiced_, level_;
  std::vector<float> in_norm_weight_, in_norm_bias_;
  nn::Gru lower_, upper_;
};

// One singer's state and scratch. One thread at a time; no allocation after prepare(). The heads of a step
// are asked for in order, each after what was chosen before it; what they return lives until the next call.
class Networks {
 public:
  void prepare(std::shared_ptr<const Model> model);
  void reset_notes() noexcept;
  void reset_frames() noexcept;
  const Model& model() const noexcept { return *model_; }

  // The note tier: hears the last note; then the logits of the next one's parts.
  void step(const NoteInput& input) noexcept;
  std::span<float> technique_logits() noexcept;
  std::span<float> interval_logits(int technique) noexcept;
  std::span<float> length_logits(int interval) noexcept;
  std::span<float> gap_logits(int length) noexcept;

  // The frame tier: hears the last frame and what surrounds this one.
  void step(const FrameInput& input) noexcept;
  float voiced_logit() noexcept;
  std::span<float> deviation_logits() noexcept;
  std::span<float> level_logits(float deviation, float deviation_before) noexcept;

 private:
  std::span<float> two_layers(const nn::Matrix& hidden, const nn::Matrix& out) noexcept;

  std::shared_ptr<const Model> model_;
  nn::Floats note_in_, note_state_, note_row_;                   // row: [state, one-hots of what was chosen]
  nn::Floats frame_in_, lower_state_, upper_state_, frame_row_;  // row: [features, upper state, deviation]
  nn::Floats dense_, logits_, scratch_;
};

}  // namespace continuo::song
