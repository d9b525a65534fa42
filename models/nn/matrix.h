// A dense layer's weights, packed once: y = W x + b in float32, for one row of activations or a batch.
#pragma once
#include <span>

#include "models/nn/floats.h"
#include "models/nn/kernels.h"

namespace continuo::nn {

class Matrix {
 public:
  // Off stage. weights: rows x columns, row-major (torch's Linear); bias: one a row, or empty. Throws
  // std::invalid_argument when the sizes do not fit.
  void pack(std::span<const float> weights, std::span<const float> bias, int rows, int columns,
            Isa isa = best_isa());

  int rows() const noexcept { return rows_; }
  int columns() const noexcept { return columns_; }

  // Any thread, no allocation. x: columns, y: rows; they must not overlap.
  void multiply(const float* x, float* y) const noexcept { kernels_->gemv(panels(), x, y); }

  // The same for batch rows of activations, y[i] = W x[i] + b, bit for bit what multiply() gives for each.
  // scratch: scratch_floats(batch), aligned to 64 bytes.
  void multiply(const float* const* x, float* const* y, int batch, float* scratch) const noexcept {
    if (batch == 1) {
      multiply(x[0], y[0]);
    } else if (batch > 1) {
      kernels_->gemm(panels(), x, y, batch, scratch);
    }
  }
  std::size_t scratch_floats(int batch) const noexcept { return gemm_scratch_floats(batch, columns_); }

 private:
  PanelsF32 panels() const noexcept { return {weights_.data(), bias_.data(), rows_, columns_}; }

  const Kernels* kernels_ = nullptr;
  Floats weights_, bias_;
  int rows_ = 0, columns_ = 0;
};

}  // namespace continuo::nn
