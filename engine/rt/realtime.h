// Marks of the real-time path: what the guard watches, and how floats behave there.
#pragma once

// A function that runs in the audio callback: it never allocates, locks, waits, logs or makes a system call.
#if defined(__clang__) && __clang_major__ >= 20
#define CONTINUO_REALTIME [[clang::nonblocking]]
#else
#define CONTINUO_REALTIME
#endif

// libcontinuo_guard.so, preloaded, defines these and watches what happens between them (tests/guard). Without
// it they are null.
#if defined(__linux__) && defined(__GNUC__)
extern "C" void continuo_guard_enter() noexcept __attribute__((weak));
extern "C" void continuo_guard_exit() noexcept __attribute__((weak));
#define CONTINUO_GUARD(call) \
  if (continuo_guard_##call != nullptr) continuo_guard_##call()
#else
#define CONTINUO_GUARD(call) (void)0
#endif

namespace continuo::rt {

// Audio thread. The callback's stretch, as the guard sees it.
class RealtimeScope {
 public:
  RealtimeScope() noexcept { CONTINUO_GUARD(enter); }
  ~RealtimeScope() { CONTINUO_GUARD(exit); }
  RealtimeScope(const RealtimeScope&) = delete;
  RealtimeScope& operator=(const RealtimeScope&) = delete;
};

// Any thread. Flushes denormals to zero (FTZ and DAZ) on this thread from now on.
void disable_denormals() noexcept;

}  // namespace continuo::rt
