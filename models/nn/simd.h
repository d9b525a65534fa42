// The vector of the instruction set that a kernel source is compiled for. Only kernel sources include this:
// they are compiled once a set, and whatever is not in the set's own namespace could be linked into code of
// another.
#pragma once
#include <string.h>

#include <cstdint>
#if defined(CONTINUO_SIMD_avx2) || defined(CONTINUO_SIMD_avx512)
#include <immintrin.h>
#endif

namespace continuo::nn::CONTINUO_SIMD {

#if defined(CONTINUO_SIMD_avx512)
inline constexpr int kWidth = 16;
typedef __m512 Vector;
#elif defined(CONTINUO_SIMD_avx2)
inline constexpr int kWidth = 8;
typedef __m256 Vector;
#else
inline constexpr int kWidth = 4;
typedef float Vector __attribute__((vector_size(16)));
#endif
typedef std::int32_t Integers __attribute__((vector_size(4 * kWidth)));

static inline Vector load(const float* from) {
  Vector v;
  memcpy(&v, from, sizeof v);
  return v;
}

static inline void store(float* to, Vector v) {
  memcpy(to, &v, sizeof v);
}

static inline Vector fill(float value) {
#if defined(CONTINUO_SIMD_avx512)
  return _mm512_set1_ps(value);
#elif defined(CONTINUO_SIMD_avx2)
  return _mm256_set1_ps(value);
#else
  return Vector{value, value, value, value};
#endif
}

// a * b + c: with one rounding where the set has it, with two in the portable one.
static inline Vector multiply_add(Vector a, Vector b, Vector c) {
#if defined(CONTINUO_SIMD_avx512)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(CONTINUO_SIMD_avx2)
  return _mm256_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}

static inline Integers bits(Vector v) {
  Integers i;
  memcpy(&i, &v, sizeof i);
  return i;
}

static inline Vector from_bits(Integers i) {
  Vector v;
  memcpy(&v, &i, sizeof v);
  return v;
}

// NaN stays NaN.
static inline Vector at_least(Vector v, Vector low) {
  return v < low ? low : v;
}
static inline Vector at_most(Vector v, Vector high) {
  return v > high ? high : v;
}
static inline Vector magnitude(Vector v) {
  return from_bits(bits(v) & 0x7fffffff);
}

}  // namespace continuo::nn::CONTINUO_SIMD
