// The network in LibTorch, for training and as the reference of the parity test.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace continuo::musicrnn {

// LSTM layers and a softmax. As TensorFlow's BasicLSTMCell when it is written: torch's gates i, f, g, o are
// reordered, and its forget bias is told without the 1 that is added there.
struct NetworkImpl : torch::nn::Module {
  NetworkImpl(int inputs, const std::vector<int>& cells, int labels);
  // x [T, N, inputs] from a zero state -> logits [T, N, labels]
  torch::Tensor forward(torch::Tensor x);

  double dropout = 0;
  std::vector<torch::nn::LSTM> layers;
  torch::nn::Linear out{nullptr};
};
TORCH_MODULE(Network);

}  // namespace continuo::musicrnn
