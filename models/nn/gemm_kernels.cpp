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

// A tile: adds to sums[b * stride + row] the products of B rows of activations, interleaved as x[j * B + b],
// and V vectors of the rows of each of P panels, over `columns` columns. B, P and V are chosen so that the
// sums fill the registers, and enough of them hide the adder's delay.
template <int B, int P, int V>
inline void tile(const float* weights, std::int64_t next_panel, int columns, const float* x, float* sums,
                 int stride) {
  for (int block = 0; block < kVectors; block += V) {
    const float* w = weights + block * kWidth;
    const float* activations = x;
    Vector s[P][V][B];
    for (int p = 0; p < P; ++p)
      for (int v = 0; v < V; ++v)
        for (int b = 0; b < B; ++b)
          s[p][v][b] = load(sums + b * stride + p * kPanelRows + (block + v) * kWidth);
    for (int j = 0; j < columns; ++j, w += kPanelRows, activations += B) {
      if constexpr (B <= 3) {  // few activations stay in registers, weights pass by
        Vector a[B];
        for (int b = 0; b < B; ++b) a[b] = fill(activations[b]);
        for (int p = 0; p < P; ++p)
          for (int v = 0; v < V; ++v) {
            const Vector weight = load(w + p * next_panel + v * kWidth);
            for (int b = 0; b < B; ++b) s[p][v][b] = multiply_add(weight, a[b], s[p][v][b]);
          }
      } else {  // few weights stay in registers, activations pass by
        Vector weight[P][V];
        for (int p = 0; p < P; ++p)
          for (int v = 0; v < V; ++v) weight[p][v] = load(w + p * next_panel + v * kWidth);
        for (int b = 0; b < B; ++b) {
          const Vector a = fill(activations[b]);
          for (int p = 0; p < P; ++p)
            for (int v = 0; v < V; ++v) s[p][v][b] = multiply_add(weight[p][v], a, s[p][v][b]);
        }
      }
    }
    for (int p = 0; p < P; ++p)
      for (int v = 0; v < V; ++v)
        for (int b = 0; b < B; ++b)
          store(sums + b * stride + p * kPanelRows + (block + v) * kWidth, s[p][v][b]);
  }
}

// Tile heights and widths, by trial: at most 24 sums of 32 registers in AVX-512, 12 of 16 elsewhere.
#if defined(CONTINUO_SIMD_avx512)
constexpr int kLargestTile = 12;
#define CONTINUO_TILES                                                                                 \
  tiles<1>, tiles<2>, tiles<3>, tiles<4>, tiles<5>, tiles<6>, tiles<7>, tiles<8>, tiles<9>, tiles<10>, \
      tiles<11>, tiles<12>
constexpr int panels_at_once(int height) {
  return height <= 3 ? 4 : height <= 6 ? 2 : 1;
}
constexpr int kVectorsAtOnce = 2;
#elif defined(CONTINUO_SIMD_avx2)
constexpr int kLargestTile = 3;
#define CONTINUO_TILES tiles<1>, tiles<2>, tiles<3>
constexpr int panels_at_once(int) {
  return 1;
}
constexpr int kVectorsAtOnce = 4;
#else
constexpr int kLargestTile = 6;
#define CONTINUO_TILES tiles<1>, tiles<2>, tiles<3>, tiles<4>, tiles<5>, tiles<6>
constexpr int panels_at_once(int) {
  return 1;
}
constexpr int kVectorsAtOnce = 2;
#endif

// A group of panels by one tile of activations.
constexpr int kGroup = 4;
constexpr int kStride = kGroup * kPanelRows;  // of the sums, from one row of activations to the next
template <int B>
void tiles(const float* weights, std::int64_t next_panel, int panels, int columns, const float* x,
           float* sums) {
  constexpr int kPanelsAtOnce = panels_at_once(B);
  int p = 0;
  for (; p + kPanelsAtOnce <= panels; p += kPanelsAtOnce)
    tile<B, kPanelsAtOnce, kVectorsAtOnce>(weights + p * next_panel, next_panel, columns, x,
                                           sums + p * kPanelRows, kStride);
  if constexpr (kPanelsAtOnce > 1)
    for (; p < panels; ++p)
      tile<B, 1, kVectorsAtOnce>(weights + p * next_panel, next_panel, columns, x, sums + p * kPanelRows,
                                 kStride);
}

using Tiles = void (*)(const float*, std::int64_t, int, int, const float*, float*);
constexpr Tiles kTiles[] = {CONTINUO_TILES};
static_assert(sizeof kTiles == kLargestTile * sizeof kTiles[0]);

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
  const int tile_count = (batch + kLargestTile - 1) / kLargestTile;
  const auto first_of = [&](int t) { return t * batch / tile_count; };
  for (int t = 0; t < tile_count; ++t) {
    const int first = first_of(t), height = first_of(t + 1) - first;
    float* to = scratch + std::int64_t(first) * m.columns;
    for (int b = 0; b < height; ++b) {
      const float* from = x[first + b];
      for (int j = 0; j < m.columns; ++j) to[j * height + b] = from[j];
    }
  }
  float* sums = scratch + std::int64_t(batch) * m.columns;  // [batch][kStride]
  const std::int64_t next_panel = std::int64_t(m.columns) * kPanelRows;
  const int panel_count = (m.rows + kPanelRows - 1) / kPanelRows;
  const int at_once = tile_count > 1 ? 1 : kGroup;  // a panel stays near while many tiles pass
  for (int panel = 0; panel < panel_count; panel += at_once) {
    const int panels = panel + at_once <= panel_count ? at_once : panel_count - panel;
    const int first_row = panel * kPanelRows;
    for (int b = 0; b < batch; ++b)
      memcpy(sums + b * kStride, m.bias + first_row, sizeof(float) * unsigned(panels * kPanelRows));
    for (int t = 0; t < tile_count; ++t) {
      const int first = first_of(t), height = first_of(t + 1) - first;
      kTiles[height - 1](m.weights + panel * next_panel, next_panel, panels, m.columns,
                         scratch + std::int64_t(first) * m.columns, sums + first * kStride);
    }
    const int rows = first_row + panels * kPanelRows <= m.rows ? panels * kPanelRows : m.rows - first_row;
    for (int b = 0; b < batch; ++b) write(y[b] + first_row, sums + b * kStride, rows);
  }
}

}  // namespace continuo::nn::CONTINUO_SIMD
