// A dense layer in int8: a quarter of the memory traffic, and integer sums that are equal on every CPU.
#pragma once
#include <span>

#include "models/nn/floats.h"
#include "models/nn/kernels.h"

namespace continuo::nn {

// Weights and activations are rounded to -127..127 (7 bits and a sign), weights with one scale a row,
// activations with one scale a vector: max|x| / 127.
class Int8Matrix {
 public:
  static constexpr int kMaximumColumns = 65536;  // more could overflow the 32-bit sums

  // Off stage. As Matrix::pack().
  void pack(std::span<const float> weights, std::span<const float> bias, int rows, int columns,
            Isa isa = best_isa());

  int rows() const noexcept { return rows_; }
  int columns() const noexcept { return columns_; }

  // Any thread, no allocation. x: columns, y: rows. scratch: scratch_bytes().
  void multiply(const float* x, float* y, std::int8_t* scratch) const noexcept;
  // The same with activations that were rounded before; q: scratch_bytes(), zero behind the columns.
  void multiply_rounded(const std::int8_t* q, float scale, float* y) const noexcept;
  std::size_t scratch_bytes() const noexcept { return std::size_t(groups_) * 4; }

 private:
  const Kernels* kernels_ = nullptr;
  Bytes weights_;
  std::vector<std::int32_t> row_sums_;
  std::vector<float> scales_, bias_;
  int rows_ = 0, columns_ = 0, groups_ = 0;
};

}  // namespace continuo::nn
