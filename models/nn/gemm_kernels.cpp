// Float32 matrix products on panels: one row of activations (bound by memory) and batches (bound by
// arithmetic).
#include "models/nn/panels.h"
#include "models/nn/simd.h"

namespace continuo::nn::CONTINUO_SIMD {
namespace {

constexpr int kVectors = kPanelRows / kWidth;  // of a panel's column

// A panel's results; the last panel may have fewer rows than it has room.
inline void write(float* y, const float* values, int count) {
  memcpy(y, values, sizeof(float) * unsigned(count));
}

// P panels at once: P streams of weights keep enough loads in flight, 2 P or more chains hide the adder's
// delay.
template <int P>
inline void panels_times_vector(const PanelsF32& m, int panel, const float* x, float* y) {
  const int columns = m.columns;
  const float* w = m.weights + std::int64_t(panel) * columns * kPanelRows;
  const std::int64_t next_panel = std::int64_t(columns) * kPanelRows;
  Vector sums[P][kVectors];
  for (int p = 0; p < P; ++p)
    for (int v = 0; v < kVectors; ++v) sums[p][v] = load(m.bias + (panel + p) * kPanelRows + v * kWidth);
  for (int j = 0; j < columns; ++j, w += kPanelRows) {
    const Vector activation = fill(x[j]);
    for (int p = 0; p < P; ++p)
      for (int v = 0; v < kVectors; ++v)
        sums[p][v] = multiply_add(load(w + p * next_panel + v * kWidth), activation, sums[p][v]);
  }
  for (int p = 0; p < P; ++p) {
    const int first = (panel + p) * kPanelRows;
    if (first + kPanelRows <= m.rows) {
      for (int v = 0; v < kVectors; ++v) store(y + first + v * kWidth, sums[p][v]);
    } else {
      float values[kPanelRows];
      for (int v = 0; v < kVectors; ++v) store(values + v * kWidth, sums[p][v]);
      write(y + first, values, m.rows - first);
    }
  }
}

// A tile: B rows of activations by two vectors of a panel's rows. x is interleaved: x[j * B + b].
constexpr int kTileVectors = 2;
template <int B>
void tile(const PanelsF32& m, int panel, const float* x, float* const* y) {
  const int columns = m.columns;
  for (int block = 0; block < kVectors; block += kTileVectors) {
    const float* w = m.weights + std::int64_t(panel) * columns * kPanelRows + block * kWidth;
    const float* activations = x;
    Vector sums[B][kTileVectors];
    for (int b = 0; b < B; ++b)
      for (int v = 0; v < kTileVectors; ++v)
        sums[b][v] = load(m.bias + panel * kPanelRows + (block + v) * kWidth);
    for (int j = 0; j < columns; ++j, w += kPanelRows, activations += B) {
      Vector weights[kTileVectors];
      for (int v = 0; v < kTileVectors; ++v) weights[v] = load(w + v * kWidth);
      for (int b = 0; b < B; ++b) {
        const Vector activation = fill(activations[b]);
        for (int v = 0; v < kTileVectors; ++v) sums[b][v] = multiply_add(weights[v], activation, sums[b][v]);
      }
    }
    const int first = panel * kPanelRows + block * kWidth;
    const int left = m.rows - first;
    if (left >= kTileVectors * kWidth) {
      for (int b = 0; b < B; ++b)
        for (int v = 0; v < kTileVectors; ++v) store(y[b] + first + v * kWidth, sums[b][v]);
    } else if (left > 0) {
      float values[kTileVectors * kWidth];
      for (int b = 0; b < B; ++b) {
        for (int v = 0; v < kTileVectors; ++v) store(values + v * kWidth, sums[b][v]);
        write(y[b] + first, values, left);
      }
    }
  }
}

using Tile = void (*)(const PanelsF32&, int, const float*, float* const*);
#if defined(CONTINUO_SIMD_avx512)
constexpr int kLargestTile = 12;  // 24 sums, 2 weights: 26 of 32 registers
constexpr Tile kTiles[] = {tile<1>, tile<2>, tile<3>, tile<4>,  tile<5>,  tile<6>,
                           tile<7>, tile<8>, tile<9>, tile<10>, tile<11>, tile<12>};
#else
constexpr int kLargestTile = 6;  // 12 sums, 2 weights, 1 activation: 15 of 16 registers
constexpr Tile kTiles[] = {tile<1>, tile<2>, tile<3>, tile<4>, tile<5>, tile<6>};
#endif

}  // namespace

void gemv(const PanelsF32& m, const float* x, float* y) noexcept {
  constexpr int kAtOnce = kVectors <= 2 ? 4 : kVectors <= 4 ? 2 : 1;
  const int panels = (m.rows + kPanelRows - 1) / kPanelRows;
  int panel = 0;
  for (; panel + kAtOnce <= panels; panel += kAtOnce) panels_times_vector<kAtOnce>(m, panel, x, y);
  if constexpr (kAtOnce == 4)
    if (panel + 2 <= panels) panels_times_vector<2>(m, panel, x, y), panel += 2;
  for (; panel < panels; ++panel) panels_times_vector<1>(m, panel, x, y);
}

void gemm(const PanelsF32& m, const float* const* x, float* const* y, int batch, float* scratch) noexcept {
  // Tiles of nearly equal height, interleaved once and then read by every panel.
  const int tiles = (batch + kLargestTile - 1) / kLargestTile;
  const auto first_of = [&](int t) { return t * batch / tiles; };
  for (int t = 0; t < tiles; ++t) {
    const int first = first_of(t), height = first_of(t + 1) - first;
    float* to = scratch + std::int64_t(first) * m.columns;
    for (int b = 0; b < height; ++b) {
      const float* from = x[first + b];
      for (int j = 0; j < m.columns; ++j) to[j * height + b] = from[j];
    }
  }
  const int panels = (m.rows + kPanelRows - 1) / kPanelRows;
  for (int panel = 0; panel < panels; ++panel)
    for (int t = 0; t < tiles; ++t) {
      const int first = first_of(t), height = first_of(t + 1) - first;
      kTiles[height - 1](m, panel, scratch + std::int64_t(first) * m.columns, y + first);
    }
}

}  // namespace continuo::nn::CONTINUO_SIMD
