// Autograd nodes written by hand: where plain tensor expressions would take most of a training step.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace continuo::ddsp {

// The recurrent part of a GRU (gate order r, z, n, as torch::nn::GRU) over whole crops from a zero state.
// inputs [T, N, 3G] = x W_ih^T + b_ih; weight [3G, G]; bias [3G] -> states [T, N, G].
torch::Tensor gru_sequence(const torch::Tensor& inputs, const torch::Tensor& weight,
                           const torch::Tensor& bias);

// amplitudes [N, T, H], f0_hz [N, T] -> audio [N, T * hop]. Gradient: amplitudes only.
torch::Tensor harmonic_audio(const torch::Tensor& amplitudes, const torch::Tensor& f0_hz, int hop,
                             double sample_rate);

// responses [N, T, taps], white [N, T * hop] -> audio [N, T * hop]. Gradient: responses only.
torch::Tensor noise_audio(const torch::Tensor& responses, const torch::Tensor& white, int hop);

// Mean spectral loss of a batch [N, samples] over the given FFT sizes, each counted `weight` times.
torch::Tensor spectral_loss(const torch::Tensor& audio, const torch::Tensor& target,
                            const std::vector<int64_t>& sizes, double weight);

}  // namespace continuo::ddsp
