#include "engine/dsp/kernels.h"

namespace continuo::dsp {

namespace portable {
void harmonics(const HarmonicJob& job, float* out);
}
#if defined(__x86_64__)
namespace avx2 {
void harmonics(const HarmonicJob& job, float* out);
}
namespace avx512 {
void harmonics(const HarmonicJob& job, float* out);
}
#endif

const Kernels& kernels(SimdLevel level) noexcept {
  static constexpr Kernels kPortable{portable::harmonics};
#if defined(__x86_64__)
  static constexpr Kernels kAvx2{avx2::harmonics};
  static constexpr Kernels kAvx512{avx512::harmonics};
  if (level == SimdLevel::avx512 && has_simd_level(level)) return kAvx512;
  if (level == SimdLevel::avx2 && has_simd_level(level)) return kAvx2;
#endif
  static_cast<void>(level);
  return kPortable;
}

}  // namespace continuo::dsp
