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
std::string lock_memory() {
  return "memory is not locked on Windows";
}
std::string priority_advice() {
  return "Windows refused a higher thread priority";
}

}  // namespace continuo::rt
