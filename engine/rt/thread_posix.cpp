// Threads on Linux and macOS.
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <ctime>

#include "engine/rt/thread.h"

namespace continuo::rt {

bool set_priority(Priority priority) noexcept {
  sched_param parameters{};
  int policy = SCHED_OTHER;
  if (priority == Priority::kIdle) {
#ifdef SCHED_IDLE
    policy = SCHED_IDLE;
#endif
  } else if (priority != Priority::kNormal) {
    policy = SCHED_FIFO;
    parameters.sched_priority = static_cast<int>(priority);
  }
  return pthread_setschedparam(pthread_self(), policy, &parameters) == 0;
}

void set_name(const char* name) noexcept {
#ifdef __APPLE__
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}

void touch_stack(uint32_t bytes) noexcept {
  constexpr uint32_t kPage = 4096;
  auto* stack = static_cast<volatile char*>(__builtin_alloca(bytes));
  for (uint32_t i = 0; i < bytes; i += kPage) stack[i] = 0;
}

int64_t thread_cpu_ns() noexcept {
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return 0;
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string lock_memory() {
  rlimit limit{};
  if (geteuid() != 0 && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    return priority_advice();
  }
  // What is mapped now is brought in as a whole; what comes is locked as it is touched: JACK alone maps 100
  // MB.
#ifdef MCL_ONFAULT
  if (mlockall(MCL_CURRENT) == 0 && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return {};
#else
  if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) return {};
#endif
  return "memory not locked: " + std::string(std::strerror(errno));
}

std::string priority_advice() {
  return "no real-time priority or locked memory: put \"@audio - rtprio 95\" and \"@audio - memlock "
         "unlimited\" into "
         "/etc/security/limits.d/audio.conf, join the group audio, log in again";
}

}  // namespace continuo::rt
