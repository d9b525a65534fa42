// How the codes of a learned space come about: an encoder hears what pitch and power do not tell, a vector
// quantiser makes a small alphabet of it.
//
// VQ-VAE (A. van den Oord et al., 2017) with the codebook as a moving average of what fell to each code, a
// k-means start and a restart of codes that nothing falls to (A. Razavi et al., 2019; P. Dhariwal et al.,
// 2020). The streaming encoder is models/ddsp/inference/encoder.h.
#pragma once

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

namespace continuo::ddsp {

inline constexpr int kPool = 8;  // frames that share a code: 80 ms

class EncoderImpl : public torch::nn::Module {
 public:
  EncoderImpl(int width, int size);
  // What every feature is brought to mean 0 and deviation 1 with, [F].
  void set_statistics(const torch::Tensor& mean, const torch::Tensor& deviation);
  // features [N, T, F] -> [N, T / kPool, size], from a zero state; causal.
  torch::Tensor forward(const torch::Tensor& features);
  std::vector<std::pair<std::string, torch::Tensor>> named() const;

 private:
  torch::Tensor mean_, deviation_;
  torch::nn::Linear in_{nullptr}, gru_input_{nullptr}, gru_state_{nullptr}, out_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
};
TORCH_MODULE(Encoder);

class QuantiserImpl : public torch::nn::Module {
 public:
  QuantiserImpl(int codes, int size);
  struct Result {
    torch::Tensor quantised;   // as the input; its gradient passes straight through
    torch::Tensor indices;     // [...]
    torch::Tensor commitment;  // how far the encoder is from its codes, scalar
  };
  // vectors [..., size] to their nearest codes.
  Result forward(const torch::Tensor& vectors) const;
  // Codes by k-means over [n, size].
  void start(const torch::Tensor& vectors, unsigned seed);
  // One step of the moving average; a code that hardly anything falls to moves onto one of `vectors`.
  void follow(const torch::Tensor& vectors, const torch::Tensor& indices);
  bool started() const { return started_.item<float>() > 0; }
  const torch::Tensor& codebook() const { return codebook_; }
  // For each code its nearest other one, [codes].
  torch::Tensor neighbours() const;

 private:
  torch::Tensor codebook_, counts_, sums_, started_;
};
TORCH_MODULE(Quantiser);

// exp(entropy) of shares that sum to 1: how many codes are in use.
double perplexity(const std::vector<double>& shares);

}  // namespace continuo::ddsp
