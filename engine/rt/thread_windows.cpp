// Threads on Windows. Compiled, not run by us.
#include <windows.h>

#include "engine/rt/thread.h"

namespace continuo::rt {

bool set_priority(Priority priority) noexcept {
  const int level = priority == Priority::kNormal  ? THREAD_PRIORITY_NORMAL
                    : priority == Priority::kIdle  ? THREAD_PRIORITY_IDLE
                    : priority == Priority::kAudio ? THREAD_PRIORITY_TIME_CRITICAL
                                                   : THREAD_PRIORITY_HIGHEST;
  return SetThreadPriority(GetCurrentThread(), level) != 0;
}

void set_name(const char*) noexcept {}
void touch_stack(uint32_t) noexcept {}
int64_t thread_cpu_ns() noexcept {
  FILETIME created, ended, kernel, user;
  if (GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user) == 0) return 0;
  const auto ns = [](const FILETIME& t) {
    return static_cast<int64_t>((uint64_t{t.dwHighDateTime} << 32 | t.dwLowDateTime) * 100);
  };
  return ns(kernel) + ns(user);
}
std::string lock_memory() {
  return "memory is not locked on Windows";
}
std::string priority_advice() {
  return "Windows refused a higher thread priority";
}

}  // namespace continuo::rt
