// The real-time marks' default: nothing watches.
#include "engine/rt/realtime.h"

#if defined(__SSE__) || defined(_M_X64)
#include <immintrin.h>
#endif

#if defined(__GNUC__) && !defined(_WIN32)
#define CONTINUO_REPLACEABLE __attribute__((weak, visibility("default")))
#else
#define CONTINUO_REPLACEABLE
#endif

extern "C" CONTINUO_REPLACEABLE void continuo_realtime_enter() noexcept {}
extern "C" CONTINUO_REPLACEABLE void continuo_realtime_exit() noexcept {}

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
