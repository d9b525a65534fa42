// Rounding and packing an int8 matrix, see panels.h for the order.
#include "models/nn/int8_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace continuo::nn {

void Int8Matrix::pack(std::span<const float> weights, std::span<const float> bias, int rows, int columns,
                      Isa isa) {
  if (rows < 1 || columns < 1 || columns > kMaximumColumns ||
      weights.size() != std::size_t(rows) * std::size_t(columns) ||
      (!bias.empty() && bias.size() != std::size_t(rows)))
    throw std::invalid_argument(
        "Int8Matrix::pack: weights, bias, rows and columns (at most 65536) do not fit");
  kernels_ = &kernels(isa);
  rows_ = rows;
  columns_ = columns;
  groups_ = (columns + 3) / 4;
  const std::size_t padded_rows = std::size_t(rows + kPanelRows - 1) / kPanelRows * kPanelRows;
  weights_.assign(padded_rows * std::size_t(groups_) * 4, 0);
  row_sums_.assign(padded_rows, 0);
  scales_.assign(padded_rows, 0.0f);
  bias_.assign(padded_rows, 0.0f);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  for (std::size_t row = 0; row < std::size_t(rows); ++row) {
    const auto values = weights.subspan(row * std::size_t(columns), std::size_t(columns));
    float largest = 0;
    for (const float w : values) largest = std::max(largest, std::abs(w));
    if (largest == 0) continue;
    scales_[row] = largest / 127.0f;
    std::int8_t* panel = weights_.data() + (row / kPanelRows) * std::size_t(groups_) * kPanelRows * 4;
    for (std::size_t j = 0; j < values.size(); ++j) {
      const auto rounded =
          std::int8_t(std::nearbyint(std::clamp(values[j] * (127.0f / largest), -127.0f, 127.0f)));
      panel[(j / 4 * kPanelRows + row % kPanelRows) * 4 + j % 4] = rounded;
      row_sums_[row] += rounded;
    }
  }
}

void Int8Matrix::multiply(const float* x, float* y, std::int8_t* scratch) const noexcept {
  const float scale = kernels_->quantize(x, columns_, scratch);
  std::memset(scratch + columns_, 0, scratch_bytes() - std::size_t(columns_));
  multiply_rounded(scratch, scale, y);
}

void Int8Matrix::multiply_rounded(const std::int8_t* q, float scale, float* y) const noexcept {
  kernels_->gemv_int8({weights_.data(), row_sums_.data(), scales_.data(), bias_.data(), rows_, groups_}, q,
                      scale, y);
}

}  // namespace continuo::nn
