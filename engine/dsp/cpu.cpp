#include "engine/dsp/cpu.h"

namespace continuo::dsp {

bool has_simd_level(SimdLevel level) noexcept {
  if (level == SimdLevel::portable) return true;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");  // f16c came before both on every CPU
  if (level == SimdLevel::avx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

SimdLevel best_simd_level() noexcept {
  static const SimdLevel best = has_simd_level(SimdLevel::avx512) ? SimdLevel::avx512
                                : has_simd_level(SimdLevel::avx2) ? SimdLevel::avx2
                                                                  : SimdLevel::portable;
  return best;
}

const char* name(SimdLevel level) noexcept {
  switch (level) {
    case SimdLevel::avx512:
      return "avx512";
    case SimdLevel::avx2:
      return "avx2";
    default:
      return "portable";
  }
}

}  // namespace continuo::dsp
