// Chooses the limit loops of the instruction set that the kernels use.
#include "bench/machine_limits.h"

#include "models/nn/isa.h"

namespace continuo::bench {

#define CONTINUO_DECLARE(level)                                 \
  namespace level {                                             \
  float gemv_loop(const float*, std::int64_t, int);             \
  float gemm_loop(const float*, std::int64_t);                  \
  float int8_loop(const std::int8_t*, std::int64_t, int);       \
  constexpr LimitLoops kLoops{gemv_loop, gemm_loop, int8_loop}; \
  }
CONTINUO_DECLARE(portable)
#if defined(__x86_64__)
CONTINUO_DECLARE(avx2)
CONTINUO_DECLARE(avx512)
#endif
#undef CONTINUO_DECLARE

const LimitLoops& limit_loops() {
#if defined(__x86_64__)
  if (nn::best_isa() == nn::Isa::avx512) return avx512::kLoops;
  if (nn::best_isa() == nn::Isa::avx2) return avx2::kLoops;
#endif
  return portable::kLoops;
}

}  // namespace continuo::bench
