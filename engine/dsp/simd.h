// Float vectors of the level that a *_kernel.cpp is being compiled for.
//
// Only kernel sources include this. Everything lives in the level's own namespace, and kernel sources include
// no header with inline functions: the linker would keep one copy of those, maybe the one with the newest
// instructions.
#pragma once

#include <cstdint>

#if defined(CONTINUO_SIMD_avx512) || defined(CONTINUO_SIMD_avx2)
#include <immintrin.h>
#endif

namespace continuo::dsp::CONTINUO_SIMD {

#if defined(CONTINUO_SIMD_avx512)
constexpr int kWidth = 16;
#elif defined(CONTINUO_SIMD_avx2)
constexpr int kWidth = 8;
#else
constexpr int kWidth = 4;
#endif

typedef float Floats __attribute__((vector_size(4 * kWidth)));
typedef std::int32_t Ints __attribute__((vector_size(4 * kWidth)));
typedef std::uint32_t Words __attribute__((vector_size(4 * kWidth)));
typedef float LooseFloats __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));
typedef std::uint32_t LooseWords __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));

static inline Floats load(const float* p) {
  return *reinterpret_cast<const LooseFloats*>(p);
}
static inline Words load(const std::uint32_t* p) {
  return *reinterpret_cast<const LooseWords*>(p);
}
static inline void store(float* p, Floats v) {
  *reinterpret_cast<LooseFloats*>(p) = v;
}
static inline Floats broadcast(float x) {
  return Floats{} + x;
}

// a * b + c; one rounding where the level has it.
static inline Floats multiply_add(Floats a, Floats b, Floats c) {
#if defined(CONTINUO_SIMD_avx512)
  return reinterpret_cast<Floats>(
      _mm512_fmadd_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(c)));
#elif defined(CONTINUO_SIMD_avx2)
  return reinterpret_cast<Floats>(
      _mm256_fmadd_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(c)));
#else
  return a * b + c;
#endif
}

// c - a * b.
static inline Floats subtract_product(Floats a, Floats b, Floats c) {
  return multiply_add(-a, b, c);
}

// Clamps to 0..1.
static inline Floats unit_clamp(Floats x) {
  const Floats one = broadcast(1.f);
  x = reinterpret_cast<Floats>(reinterpret_cast<Ints>(x) & (x > 0.f));
  const Ints above = x > one;
  return reinterpret_cast<Floats>((reinterpret_cast<Ints>(one) & above) |
                                  (reinterpret_cast<Ints>(x) & ~above));
}

}  // namespace continuo::dsp::CONTINUO_SIMD
