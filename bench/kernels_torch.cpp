// LibTorch's GRUCell beside ours.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "bench/kernels.h"
#include "models/nn/gru.h"

namespace continuo::bench {

GruPeer gru512_beside_torch() {
  constexpr int kHidden = 512, kSteps = 100, kTrials = 60;
  torch::set_num_threads(1);
  torch::NoGradGuard no_gradient;
  torch::manual_seed(1);
  torch::nn::GRUCell cell(kHidden, kHidden);
  const auto values = [](const torch::Tensor& tensor) {
    return std::span<const float>(tensor.data_ptr<float>(), std::size_t(tensor.numel()));
  };
  nn::Gru gru;
  gru.pack({values(cell->weight_ih), values(cell->weight_hh), values(cell->bias_ih), values(cell->bias_hh)},
           kHidden, kHidden);
  const auto inputs = torch::randn({kSteps, 1, kHidden});
  nn::Floats h(kHidden), scratch(gru.scratch_floats(1));
  const auto seconds = [](const auto& call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };

  GruPeer peer{1e9, 1e9, 0};
  for (int trial = 0; trial < kTrials; ++trial) {
    std::fill(h.begin(), h.end(), 0.0f);
    auto state = torch::zeros({1, kHidden});
    std::vector<torch::Tensor> states;
    for (int t = 0; t < kSteps; ++t) {
      const auto x = inputs[t];
      peer.torch_us = std::min(peer.torch_us, 1e6 * seconds([&] { state = cell(x, state); }));
      states.push_back(state);
    }
    for (int t = 0; t < kSteps; ++t) {
      const float* x = inputs.data_ptr<float>() + t * kHidden;
      peer.ours_us = std::min(peer.ours_us, 1e6 * seconds([&] { gru.step(x, h.data(), scratch.data()); }));
      const auto expected = values(states[std::size_t(t)]);
      for (std::size_t i = 0; i < expected.size(); ++i)
        peer.largest_difference = std::max(peer.largest_difference, double(std::abs(expected[i] - h[i])));
    }
  }
  return peer;
}

}  // namespace continuo::bench
