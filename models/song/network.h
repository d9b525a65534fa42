// The networks of a song model in LibTorch, for training and as the reference of the parity test.
#pragma once

#include <torch/torch.h>

#include "models/song/inference/features.h"
#include "models/song/training.h"

namespace continuo::song {

// A GRU with torch's names and start.
struct GruImpl : torch::nn::Module {
  GruImpl(int inputs, int hidden);
  // x [T, N, inputs] from a zero state -> [T, N, hidden]
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor weight_ih, weight_hh, bias_ih, bias_hh;
};
TORCH_MODULE(Gru);

struct NoteTierImpl : torch::nn::Module {
  explicit NoteTierImpl(const NetworkShape& shape);
  struct Logits {
    torch::Tensor technique, interval, length, gap;  // [T, N, classes]
  };
  // x [T, N, note_features]; the chosen classes [T, N] (int64), each head sees those before it.
  Logits forward(const torch::Tensor& x, const torch::Tensor& technique, const torch::Tensor& interval,
                 const torch::Tensor& length);

  NetworkShape shape;
  double dropout = 0;
  Gru gru{nullptr};
  torch::nn::Linear technique_out{nullptr}, interval_hidden{nullptr}, interval_out{nullptr},
      length_hidden{nullptr}, length_out{nullptr}, gap_hidden{nullptr}, gap_out{nullptr};
};
TORCH_MODULE(NoteTier);

struct FrameTierImpl : torch::nn::Module {
  explicit FrameTierImpl(const NetworkShape& shape);
  struct Logits {
    torch::Tensor voiced, deviation, level;  // [T, N], [T, N, classes]
  };
  // x [T, N, frame_features]; chosen [T, N, 2]: what the level head sees of the deviation (model.cpp).
  Logits forward(const torch::Tensor& x, const torch::Tensor& chosen);

  NetworkShape shape;
  torch::nn::Linear in{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  Gru lower{nullptr}, upper{nullptr};
  torch::nn::Linear voiced{nullptr}, deviation{nullptr}, level{nullptr};
};
TORCH_MODULE(FrameTier);

}  // namespace continuo::song
