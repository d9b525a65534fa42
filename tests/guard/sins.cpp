// Commits one real-time sin a callback, so that a test sees the guard catch it.
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "engine/rt/realtime.h"

namespace {

void* volatile kept = nullptr;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
char* volatile untouched = nullptr;

}  // namespace

extern "C" {
[[gnu::noinline]] void commit_malloc() {
  kept = malloc(100);
  asm volatile("");
}
[[gnu::noinline]] void commit_free() {
  free(kept);
  asm volatile("");
}
[[gnu::noinline]] void commit_lock() {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  asm volatile("");
}
[[gnu::noinline]] void commit_syscall() {
  if (write(1, "", 0) != 0) return;
  asm volatile("");
}
[[gnu::noinline]] void commit_sleep() {
  usleep(10);
  asm volatile("");
}
[[gnu::noinline]] void commit_page_fault() {
  *untouched = 1;
  untouched = untouched + 4096;
  asm volatile("");
}
}

int main(int argc, char** argv) {
  const char* sin = argc > 1 ? argv[1] : "none";
  constexpr size_t kPages = 2000;
  untouched = static_cast<char*>(
      mmap(nullptr, kPages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  madvise(untouched, kPages * 4096, MADV_NOHUGEPAGE);
  kept = malloc(100);
  std::thread audio([sin] {
    for (int callback = 0; callback < 1000; ++callback) {
      const continuo::rt::RealtimeScope realtime;
      if (strcmp(sin, "page_fault") == 0) commit_page_fault();
      if (callback != 500) continue;
      if (strcmp(sin, "malloc") == 0) commit_malloc();
      if (strcmp(sin, "free") == 0) commit_free();
      if (strcmp(sin, "lock") == 0) commit_lock();
      if (strcmp(sin, "syscall") == 0) commit_syscall();
      if (strcmp(sin, "sleep") == 0) commit_sleep();
    }
  });
  audio.join();
  return 0;
}
