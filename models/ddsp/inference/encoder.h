// Hears which code of a learned space a voice uses, as it sings: the encoder of a VQ-VAE, frame by frame.
#pragma once

#include <span>
#include <vector>

#include "models/ddsp/inference/config.h"
#include "models/ddsp/inference/encoder_features.h"
#include "models/io/safetensors.h"
#include "models/nn/gru.h"
#include "models/nn/matrix.h"

namespace continuo::ddsp {

class StreamingEncoder {
 public:
  // Disk thread. `config` is the file's. Throws io::Error when the model has no encoder, or a broken one.
  StreamingEncoder(const io::Safetensors& file, const Config& config, nn::Isa isa = nn::best_isa());

  // Worker thread, all of what follows; no allocation.
  void reset() noexcept;
  // names() know nothing of what was heard so far; the rest goes on.
  void forget() noexcept;
  // One model frame; `window`: window_samples() at the model's rate around the frame's centre. As step().
  int hear(std::span<const float> window, float midi, float db, bool voiced) noexcept;
  // One frame of features (encoder_features.h). Each `pool` frames a code comes out; else -1.
  int step(std::span<const float> features) noexcept;

  // What the last code was the nearest to, before it was made one.
  [[nodiscard]] std::span<const float> vector() const noexcept { return vector_; }
  // How likely each name of the space is by the codes of the last second (naive Bayes, no name likelier
  // before), sum 1; all alike before the first code. Off stage or worker thread.
  [[nodiscard]] std::span<const float> names() const noexcept { return names_; }
  [[nodiscard]] int window_samples() const noexcept { return window_; }

 private:
  void believe(int code) noexcept;

  EncoderFeatures features_;
  int window_, pool_;
  nn::Isa isa_;
  std::vector<float> mean_, deviation_, norm_weight_, norm_bias_, codebook_;
  nn::Matrix in_, out_;
  nn::Gru gru_;
  nn::Floats normalised_, hidden_, state_, sum_, scratch_;
  std::vector<float> heard_, vector_;
  int frame_ = 0;  // of the pool

  std::vector<float> evidence_;  // [codes, names]: logarithms
  std::vector<int> codes_;       // of the last second, -1 before the first
  std::size_t at_ = 0;
  std::vector<float> names_;
};

}  // namespace continuo::ddsp
