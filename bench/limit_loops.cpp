// What one core of this machine can do at most, see machine_limits.h.
#include "models/nn/simd.h"

namespace continuo::bench::CONTINUO_SIMD {

using namespace continuo::nn::CONTINUO_SIMD;

namespace {

template <int Streams>
float gemv_streams(const float* weights, std::int64_t floats) {
  constexpr int kUnroll = 16 / Streams;  // 16 sums at all events
  const std::int64_t part = floats / Streams;
  Vector sums[Streams][kUnroll];
  for (auto& stream : sums)
    for (Vector& sum : stream) sum = fill(0);
  const Vector factor = fill(0.5f);
  for (std::int64_t i = 0; i < part; i += kUnroll * kWidth)
    for (int s = 0; s < Streams; ++s)
      for (int u = 0; u < kUnroll; ++u)
        sums[s][u] = multiply_add(load(weights + s * part + i + u * kWidth), factor, sums[s][u]);
  Vector total = fill(0);
  for (auto& stream : sums)
    for (const Vector& sum : stream) total = total + sum;
  return total[0];
}

#if defined(CONTINUO_SIMD_avx512)
constexpr int kSums = 16;
typedef __m512i Sums;
inline Sums multiply_add_int8(Sums sums, const std::int8_t* w, Sums q) {
  return _mm512_dpbusd_epi32(sums, q, _mm512_loadu_si512(w));
}
#elif defined(CONTINUO_SIMD_avx2)
constexpr int kSums = 8;
typedef __m256i Sums;
inline Sums multiply_add_int8(Sums sums, const std::int8_t* w, Sums q) {
  const __m256i pairs = _mm256_maddubs_epi16(q, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w)));
  return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
#else
constexpr int kSums = 4;
typedef Integers Sums;
inline Sums multiply_add_int8(Sums sums, const std::int8_t* w, Sums q) {
  for (int r = 0; r < kWidth; ++r)
    for (int c = 0; c < 4; ++c) sums[r] += std::int32_t(w[4 * r + c]) * q[r];
  return sums;
}
#endif

template <int Streams>
float int8_streams(const std::int8_t* weights, std::int64_t bytes) {
  constexpr int kUnroll = kSums / Streams > 0 ? kSums / Streams : 1;
  const std::int64_t part = bytes / Streams;
  Sums sums[Streams][kUnroll] = {};
  Integers ones = {};
  ones += 0x01010101;
  const auto factor = Sums(ones);
  for (std::int64_t i = 0; i < part; i += kUnroll * 4 * kWidth)
    for (int s = 0; s < Streams; ++s)
      for (int u = 0; u < kUnroll; ++u)
        sums[s][u] = multiply_add_int8(sums[s][u], weights + s * part + i + u * 4 * kWidth, factor);
  Integers total = {};
  for (auto& stream : sums)
    for (const Sums& sum : stream) total += Integers(sum);
  return float(total[0]);
}

}  // namespace

float gemv_loop(const float* weights, std::int64_t floats, int streams) {
  switch (streams) {
    case 1:
      return gemv_streams<1>(weights, floats);
    case 2:
      return gemv_streams<2>(weights, floats);
    case 4:
      return gemv_streams<4>(weights, floats);
    default:
      return gemv_streams<8>(weights, floats);
  }
}

float gemm_loop(const float* weights, std::int64_t floats) {
  // As many chains of additions as registers allow, one after another: no addition waits for the one before.
  constexpr int kChains = kWidth == 16 ? 16 : 8;
  Vector sums[kChains];
  for (Vector& sum : sums) sum = fill(0);
  const Vector factor = fill(0.5f);
  for (std::int64_t i = 0; i < floats; i += kWidth) {
    const Vector w = load(weights + i);
#pragma GCC unroll 4
    for (int pass = 0; pass < 32 / kChains; ++pass)
#pragma GCC unroll 16
      for (int k = 0; k < kChains; ++k) sums[k] = multiply_add(w, factor, sums[k]);
  }
  Vector total = fill(0);
  for (const Vector& sum : sums) total = total + sum;
  return total[0];
}

float int8_loop(const std::int8_t* weights, std::int64_t bytes, int streams) {
  switch (streams) {
    case 1:
      return int8_streams<1>(weights, bytes);
    case 2:
      return int8_streams<2>(weights, bytes);
    default:
      return int8_streams<4>(weights, bytes);
  }
}

}  // namespace continuo::bench::CONTINUO_SIMD
