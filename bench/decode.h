// The DDSP decoder of a GRU of 512, 100 harmonics and 65 bands: ours in batches, LibTorch beside it.
#pragma once

#include <memory>
#include <vector>

#include "bench/kernels.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo::bench {

// Channels 256, 48 kHz, hop 480, random weights: the model of ddsp_notes_at_64, too.
std::vector<std::byte> decoder_model_file(int hidden = 512, int channels = 256);

// A decoder with a batch of voices at different pitches, each in the middle of its note.
class DecoderLoad {
 public:
  DecoderLoad(std::shared_ptr<const ddsp::Model> model, int batch);
  void step() noexcept;  // one frame of every voice
  [[nodiscard]] const ddsp::ControlFrame& frame(int voice) const { return frames_[size_t(voice)]; }
  [[nodiscard]] ddsp::VoiceInput input(int voice) const { return inputs_[size_t(voice)]; }

 private:
  ddsp::Decoder decoder_;
  std::vector<ddsp::State> states_;
  std::vector<ddsp::ControlFrame> frames_;
  std::vector<ddsp::VoiceInput> inputs_;
  std::vector<ddsp::State*> state_pointers_;
  std::vector<ddsp::ControlFrame*> frame_pointers_;
};

// One frame of `batch` voices, beside the machine's batched limit (gemm), measured alternately.
KernelFigure decoder_step(int batch);

// LibTorch's operations, one after another (eager), on the same weights: one voice a call, one thread. Only
// with CONTINUO_TRAIN (bench/decode_torch.cpp). Microseconds are the best of many trials, taken alternately.
struct DecodePeer {
  double ours_us = 0;             // a note of our batch of 32
  double torch_us = 0;            // a note, batch 1
  double torch_batch_us = 0;      // a note of LibTorch's batch of 32
  double largest_difference = 0;  // between control frames, relative to their largest value
};
DecodePeer decode32_beside_torch();

}  // namespace continuo::bench
