// Int8 matrix-vector product on panels. All factors are in -127..127 (7 bits and a sign): then even AVX2's
// 16-bit pair sums cannot saturate, and every instruction set gives the same integers.
#include "models/nn/panels.h"
#include "models/nn/simd.h"

namespace continuo::nn::CONTINUO_SIMD {
namespace {

#if defined(CONTINUO_SIMD_avx512)
using Sums = __m512i;
// VNNI multiplies unsigned by signed: activations are raised by 128, and the row sums taken off again.
inline Sums first_sums(const std::int32_t* row_sums) {
  Integers sums;
  memcpy(&sums, row_sums, sizeof sums);
  sums *= -128;
  return Sums(sums);
}
inline Sums activations(const std::int8_t* q) {
  std::int32_t four;
  memcpy(&four, q, 4);
  return _mm512_xor_si512(_mm512_set1_epi32(four), _mm512_set1_epi8(char(0x80)));
}
inline Sums add_products(Sums sums, const std::int8_t* w, Sums q) {
  return _mm512_dpbusd_epi32(sums, q, _mm512_loadu_si512(w));
}
#elif defined(CONTINUO_SIMD_avx2)
using Sums = __m256i;
inline Sums first_sums(const std::int32_t*) {
  return _mm256_setzero_si256();
}
inline Sums activations(const std::int8_t* q) {
  std::int32_t four;
  memcpy(&four, q, 4);
  return _mm256_set1_epi32(four);
}
inline Sums add_products(Sums sums, const std::int8_t* from, Sums q) {
  const __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  // |w| * (q with w's sign): at most 2 * 127 * 127 = 32258 in 16 bits.
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(q, w));
  return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
#else
using Sums = Integers;
inline Sums first_sums(const std::int32_t*) {
  return Sums{};
}
inline const std::int8_t* activations(const std::int8_t* q) {
  return q;
}
inline Sums add_products(Sums sums, const std::int8_t* w, const std::int8_t* q) {
  for (int r = 0; r < kWidth; ++r)
    for (int c = 0; c < 4; ++c) sums[r] += std::int32_t(w[4 * r + c]) * q[c];
  return sums;
}
#endif

constexpr int kVectors = kPanelRows / kWidth;

template <int P>
inline void panels_times_vector(const PanelsInt8& m, int panel, const std::int8_t* q, float scale, float* y) {
  constexpr int kGroupBytes = kPanelRows * 4;
  const std::int8_t* w = m.weights + std::int64_t(panel) * m.groups * kGroupBytes;
  const std::int64_t next_panel = std::int64_t(m.groups) * kGroupBytes;
  Sums sums[P][kVectors];
  for (int p = 0; p < P; ++p)
    for (int v = 0; v < kVectors; ++v)
      sums[p][v] = first_sums(m.row_sums + (panel + p) * kPanelRows + v * kWidth);
  for (int g = 0; g < m.groups; ++g, w += kGroupBytes) {
    const auto four = activations(q + 4 * g);
    for (int p = 0; p < P; ++p)
      for (int v = 0; v < kVectors; ++v)
        sums[p][v] = add_products(sums[p][v], w + p * next_panel + v * kWidth * 4, four);
  }
  for (int p = 0; p < P; ++p) {
    std::int32_t totals[kPanelRows];
    memcpy(totals, sums[p], sizeof totals);
    const int first = (panel + p) * kPanelRows;
    const int count = m.rows - first < kPanelRows ? m.rows - first : kPanelRows;
    for (int r = 0; r < count; ++r)
      y[first + r] = float(totals[r]) * (m.scales[first + r] * scale) + m.bias[first + r];
  }
}

}  // namespace

void gemv_int8(const PanelsInt8& m, const std::int8_t* q, float scale, float* y) noexcept {
  constexpr int kAtOnce = kVectors <= 2 ? 4 : kVectors <= 4 ? 2 : 1;
  const int panels = (m.rows + kPanelRows - 1) / kPanelRows;
  int panel = 0;
  for (; panel + kAtOnce <= panels; panel += kAtOnce) panels_times_vector<kAtOnce>(m, panel, q, scale, y);
  for (; panel < panels; ++panel) panels_times_vector<1>(m, panel, q, scale, y);
}

float quantize(const float* x, int count, std::int8_t* q) noexcept {
  const int whole = count - count % kWidth;
  Vector largest_lanes = fill(0);
  for (int i = 0; i < whole; i += kWidth) {
    const Vector m = magnitude(load(x + i));
    largest_lanes = m > largest_lanes ? m : largest_lanes;
  }
  float largest = 0;
  for (int i = 0; i < kWidth; ++i) largest = largest_lanes[i] > largest ? largest_lanes[i] : largest;
  for (int i = whole; i < count; ++i) {
    const float m = x[i] < 0 ? -x[i] : x[i];
    largest = m > largest ? m : largest;
  }
  if (!(largest > 1e-30f)) {
    memset(q, 0, unsigned(count));
    return 0;
  }
  const float inverse = 127.0f / largest;
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  const auto one = [&](float value) {
    const float shifted = value * inverse + kRound;
    std::int32_t integer;
    memcpy(&integer, &shifted, 4);
    return std::int8_t(integer - 0x4b400000);
  };
  for (int i = 0; i < count; ++i) q[i] = one(x[i]);
  return largest / 127.0f;
}

}  // namespace continuo::nn::CONTINUO_SIMD
