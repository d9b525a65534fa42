// Marks of the real-time path: what the guard watches, and how floats behave there.
#pragma once

// A function that runs in the audio callback: it never allocates, locks, waits, logs or makes a system call.
#if defined(__clang__) && __clang_major__ >= 20
#define CONTINUO_REALTIME [[clang::nonblocking]]
#else
#define CONTINUO_REALTIME
#endif

// Called at entry and exit of the callback. They do nothing here; libcontinuo_guard.so, preloaded,
// replaces them and watches all that happens in between (tests/guard).
extern "C" void continuo_realtime_enter() noexcept;
extern "C" void continuo_realtime_exit() noexcept;

namespace continuo::rt {

// Audio thread. The callback's stretch, as the guard sees it.
class RealtimeScope {
 public:
  RealtimeScope() noexcept { continuo_realtime_enter(); }
  ~RealtimeScope() { continuo_realtime_exit(); }
  RealtimeScope(const RealtimeScope&) = delete;
  RealtimeScope& operator=(const RealtimeScope&) = delete;
};

// Any thread. Flushes denormals to zero (FTZ and DAZ) on this thread from now on.
void disable_denormals() noexcept;

}  // namespace continuo::rt
