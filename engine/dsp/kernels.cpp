#include "engine/dsp/kernels.h"

namespace continuo::dsp {

// What each *_kernel.cpp defines in the namespace of each level.
#define CONTINUO_DSP_KERNELS(level)                                                               \
  namespace level {                                                                               \
  void harmonics(const HarmonicJob& job, float* out);                                             \
  void white(std::uint64_t key, std::uint32_t counter, float amplitude, int frames, float* out);  \
  void scatter(const float* in, int frames, const float* taps, int count, float* sum);            \
  void weigh(const float* columns, const float* weight, int columns_count, int rows, float* out); \
  void complex_mac(const float* a, const float* b, int bins, float* sum);                         \
  static constexpr Kernels kTable{harmonics, white, scatter, weigh, complex_mac};                 \
  }

CONTINUO_DSP_KERNELS(portable)
#if defined(__x86_64__)
CONTINUO_DSP_KERNELS(avx2)
CONTINUO_DSP_KERNELS(avx512)
#endif

const Kernels& kernels(SimdLevel level) noexcept {
#if defined(__x86_64__)
  if (level == SimdLevel::avx512 && has_simd_level(level)) return avx512::kTable;
  if (level == SimdLevel::avx2 && has_simd_level(level)) return avx2::kTable;
#endif
  static_cast<void>(level);
  return portable::kTable;
}

}  // namespace continuo::dsp
