// Activations on whole buffers, in place. Any thread, no allocation; the same bits on every instruction set.
// Largest errors against double precision, asserted by tests/models/nn/functions_test.cpp:
//   exp          2e-7 relative, for x in -87..88 (the ends are held)
//   sigmoid      2e-7 absolute
//   tanh         2e-7 absolute
//   exp_sigmoid  2e-6 relative; 2 sigmoid(x)^ln(10) + 1e-7, DDSP's amplitude scale (Engel et al. 2020)
#pragma once
#include <span>

#include "models/nn/kernels.h"

namespace continuo::nn {

inline void exp(std::span<float> x, Isa isa = best_isa()) noexcept {
  kernels(isa).exp(x.data(), int(x.size()));
}
inline void sigmoid(std::span<float> x, Isa isa = best_isa()) noexcept {
  kernels(isa).sigmoid(x.data(), int(x.size()));
}
inline void tanh(std::span<float> x, Isa isa = best_isa()) noexcept {
  kernels(isa).tanh(x.data(), int(x.size()));
}
inline void exp_sigmoid(std::span<float> x, Isa isa = best_isa()) noexcept {
  kernels(isa).exp_sigmoid(x.data(), int(x.size()));
}

// Torch's LayerNorm over all of x (variance over the count, epsilon 1e-5), then LeakyReLU. weight and bias
// are as long as x.
inline void layer_norm_leaky_relu(std::span<float> x, std::span<const float> weight,
                                  std::span<const float> bias, float slope = 0.2f, float epsilon = 1e-5f,
                                  Isa isa = best_isa()) noexcept {
  kernels(isa).layer_norm_leaky_relu(x.data(), weight.data(), bias.data(), int(x.size()), epsilon, slope);
}

}  // namespace continuo::nn
