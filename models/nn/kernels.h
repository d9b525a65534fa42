// The table of kernels of one instruction set. Users call Matrix, Int8Matrix, Gru and functions.h instead.
#pragma once
#include <cstddef>

#include "models/nn/isa.h"
#include "models/nn/panels.h"

namespace continuo::nn {

// All noexcept, allocation-free, any thread. Every output is one chain of additions over the columns in
// order, the same for one row of activations as for many: a result never depends on what else was in the
// batch.
struct Kernels {
  // y = W x + b
  void (*gemv)(const PanelsF32& matrix, const float* x, float* y) noexcept;
  // y[i] = W x[i] + b for `batch` rows; scratch: gemm_scratch_floats(), aligned to 64 bytes.
  void (*gemm)(const PanelsF32& matrix, const float* const* x, float* const* y, int batch,
               float* scratch) noexcept;
  // y = scale * (W q) * row scale + b, with q in -127..127. Integer sums, so equal on every CPU, bit for bit.
  void (*gemv_int8)(const PanelsInt8& matrix, const std::int8_t* q, float scale, float* y) noexcept;
  // q = round(x / scale), ties to even, with scale = max|x| / 127, which it returns; 0 for silence.
  float (*quantize)(const float* x, int count, std::int8_t* q) noexcept;

  // Torch's GRU cell after the two products: gi = W_ih x + b_ih, gh = W_hh h + b_hh, both 3 * hidden in the
  // order r, z, n. h = (1 - z) * n + z * h with n = tanh(gi_n + r * gh_n).
  void (*gru_gates)(const float* gi, const float* gh, float* h, int hidden) noexcept;
  // x = LeakyReLU((x - mean) / sqrt(variance + epsilon) * weight + bias), in place; variance over count.
  void (*layer_norm_leaky_relu)(float* x, const float* weight, const float* bias, int count, float epsilon,
                                float slope) noexcept;

  // In place. Largest errors, measured over all floats of the range: see functions.h.
  void (*exp)(float* x, int count) noexcept;
  void (*sigmoid)(float* x, int count) noexcept;
  void (*tanh)(float* x, int count) noexcept;
  void (*exp_sigmoid)(float* x, int count) noexcept;
};

// The activations interleaved, and the sums of four panels.
inline std::size_t gemm_scratch_floats(int batch, int columns) noexcept {
  return std::size_t(batch) * (std::size_t(columns) + 4 * kPanelRows);
}

// Any thread. An unsupported set gives the portable one.
const Kernels& kernels(Isa isa) noexcept;

}  // namespace continuo::nn
