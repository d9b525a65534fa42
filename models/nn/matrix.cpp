// Packing a float32 matrix into panels, see panels.h for the order.
#include "models/nn/matrix.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace continuo::nn {

void Matrix::pack(std::span<const float> weights, std::span<const float> bias, int rows, int columns,
                  Isa isa) {
  if (rows < 1 || columns < 1 || weights.size() != std::size_t(rows) * std::size_t(columns) ||
      (!bias.empty() && bias.size() != std::size_t(rows)))
    throw std::invalid_argument("Matrix::pack: " + std::to_string(weights.size()) + " weights and " +
                                std::to_string(bias.size()) + " biases for " + std::to_string(rows) +
                                " rows of " + std::to_string(columns));
  kernels_ = &kernels(isa);
  rows_ = rows;
  columns_ = columns;
  const std::size_t panels = std::size_t(rows + kPanelRows - 1) / kPanelRows;
  weights_.assign(panels * std::size_t(columns) * kPanelRows, 0.0f);
  bias_.assign(panels * kPanelRows, 0.0f);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  for (std::size_t row = 0; row < std::size_t(rows); ++row) {
    float* panel =
        weights_.data() + (row / kPanelRows) * std::size_t(columns) * kPanelRows + row % kPanelRows;
    for (std::size_t j = 0; j < std::size_t(columns); ++j)
      panel[j * kPanelRows] = weights[row * std::size_t(columns) + j];
  }
}

}  // namespace continuo::nn
