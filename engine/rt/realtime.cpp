// How floats behave on the real-time path.
#include "engine/rt/realtime.h"

#if defined(__SSE__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace continuo::rt {

void disable_denormals() noexcept {
#if defined(__SSE__) || defined(_M_X64)
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | kFlushToZero | kDenormalsAreZero);
#elif defined(__aarch64__)
  unsigned long long fpcr;
  __asm__ __volatile__("mrs %0, fpcr" : "=r"(fpcr));
  __asm__ __volatile__("msr fpcr, %0" : : "r"(fpcr | (1ull << 24)));
#endif
}

}  // namespace continuo::rt
