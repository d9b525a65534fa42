// The DDSP decoder as a LibTorch module: pitch and power in, harmonic amplitudes and noise bands out.
//
// Topology of magenta's DDSP-VST (J. Engel et al. 2020; magenta/ddsp models/vst): a dense layer for each
// input, a GRU, a dense layer that sees both, one head. Code spaces, where there are any, are a third input;
// an encoder and a quantiser (codes.h) learn the codes of one of them, the others are tables. The streaming
// view of the same config is models/ddsp/inference.
#pragma once

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

#include "models/ddsp/codes.h"
#include "models/ddsp/training.h"

namespace continuo::ddsp {

// T frames of N crops.
struct Controls {
  torch::Tensor amplitudes;  // [N, T, harmonics], 0 at and above Nyquist
  torch::Tensor noise;       // [N, T, bands]
};

class NetworkImpl : public torch::nn::Module {
 public:
  explicit NetworkImpl(const NetworkShape& shape);
  // midi, db [N, T], space [N, T, S] (undefined: zeros), from a zero state.
  Controls forward(const torch::Tensor& midi, const torch::Tensor& db, const torch::Tensor& space = {});
  // Audio [N, T * hop] of these controls, with the learned reverb if there is one; white noise [N, T * hop]
  // in [-1, 1].
  torch::Tensor synthesise(const Controls& controls, const torch::Tensor& midi,
                           const torch::Tensor& white) const;
  // Of the learned reverb at the model's rate, tap 0 is 0; undefined without one.
  torch::Tensor impulse_response() const;
  // One read from a file, in place of a learned one; tap 0 is 0.
  void set_impulse_response(const torch::Tensor& response) { response_ = response; }
  // Vectors [K, D] of a space.
  torch::Tensor codebook(std::size_t space) const;
  Encoder& encoder() { return encoder_; }
  Quantiser& quantiser() { return quantiser_; }
  const NetworkShape& shape() const { return shape_; }
  // Tensors by their names in the model file, but for the reverb.
  std::vector<std::pair<std::string, torch::Tensor>> named() const;

 private:
  void add_spaces();
  void add_reverb();
  torch::Tensor dense(const torch::Tensor& x, const torch::nn::Linear& linear,
                      const torch::nn::LayerNorm& norm) const;

  NetworkShape shape_;
  torch::nn::Linear pitch_linear_{nullptr}, power_linear_{nullptr}, out_linear_{nullptr}, head_{nullptr};
  torch::nn::LayerNorm pitch_norm_{nullptr}, power_norm_{nullptr}, out_norm_{nullptr};
  torch::nn::Linear gru_input_{nullptr}, gru_state_{nullptr};
  torch::nn::Linear space_linear_{nullptr};
  torch::nn::LayerNorm space_norm_{nullptr};
  std::vector<torch::Tensor> tables_;  // a space; undefined for the learned one
  Encoder encoder_{nullptr};
  Quantiser quantiser_{nullptr};
  torch::Tensor response_;
  torch::Tensor reverb_;        // [frames, bands], before exp_sigmoid
  torch::Tensor reverb_white_;  // [1, frames * hop]
  torch::Tensor reverb_response_map_;
  torch::Tensor harmonic_numbers_;  // 1..H
  torch::Tensor response_map_;      // [bands, taps]
};
TORCH_MODULE(Network);

// 2 sigmoid(x)^ln(10) + 1e-7: positive, log-like below, at most 2.
torch::Tensor exp_sigmoid(const torch::Tensor& x);

// One crop through the network: what parity tests compare the streaming inference with. Row-major
// amplitudes [T, harmonics] and noise [T, bands].
struct ControlFrames {
  std::vector<float> amplitudes, noise;
};
ControlFrames run_network(Network& network, const std::vector<float>& midi, const std::vector<float>& db,
                          const std::vector<float>& space = {});

// Audio of a whole recording's features [T], and space vectors [T, S] or none -> T * hop samples, noise by
// seed.
std::vector<float> render(Network& network, const std::vector<float>& midi, const std::vector<float>& db,
                          unsigned long long noise_seed, const std::vector<float>& space = {});

}  // namespace continuo::ddsp
