// The order in which packed weights stand in memory. Kernel sources include nothing else of this library.
#pragma once
#include <cstdint>

namespace continuo::nn {

// Rows stand together in panels of 32, so that one loaded activation serves 32 sums and the weights are one
// stream: panel p, column j, row r is weights[(p * columns + j) * 32 + r]. Missing rows are zero.
inline constexpr int kPanelRows = 32;

// Float32 matrix in panels. `bias` is padded to whole panels.
struct PanelsF32 {
  const float* weights;
  const float* bias;
  int rows, columns;
};

// Int8 matrix in panels: panel p, group g of 4 columns, row r, column c of the group is
// weights[((p * groups + g) * 32 + r) * 4 + c], each in -127..127.
struct PanelsInt8 {
  const std::int8_t* weights;
  const std::int32_t* row_sums;  // of the weights, padded to whole panels
  const float* scales;           // of the rows, padded
  const float* bias;             // padded
  int rows, groups;
};

}  // namespace continuo::nn
