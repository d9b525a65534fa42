// libcontinuo_guard.so: preloaded (LD_PRELOAD), it watches what happens between continuo_guard_enter() and
// _exit() in a binary as it ships, and names the guilty caller. Reported at exit, or at once with
// CONTINUO_GUARD=abort; CONTINUO_GUARD_REPORT=FILE writes the count there, too.
//
// - malloc and its kin, free: replaced here.
// - pthread locks, condition waits: replaced here.
// - any system call: prctl(PR_SET_SYSCALL_USER_DISPATCH) raises SIGSYS with its number while the selector
// byte
//   says so (Linux 5.11). The vDSO's clock_gettime passes.
// - page faults: getrusage(RUSAGE_THREAD) before and after, from the first callbacks' end on.
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

namespace {

constexpr int kMaxReports = 64, kDepth = 24;
constexpr uint64_t kWarmUpCallbacks = 16;  // before this, pages may be touched for the first time

enum Sin { kMalloc, kFree, kLock, kSyscall, kPageFault, kSins };
const char* const kNames[] = {"malloc", "free", "lock", "syscall", "page_fault"};

struct Report {
  Sin sin;
  long detail;  // the system call's number, or the count of page faults
  int depth;
  void* stack[kDepth];
};

Report reports[kMaxReports];
std::atomic<int> report_count{0};
std::atomic<uint64_t> violations[kSins], callbacks{0};

// initial-exec: reading it must not allocate.
__thread int inside __attribute__((tls_model("initial-exec"))) = 0;
__thread char selector __attribute__((tls_model("initial-exec"))) = 0;
__thread bool dispatching __attribute__((tls_model("initial-exec"))) = false;
__thread long faults_before __attribute__((tls_model("initial-exec"))) = 0;
__thread uint64_t own_callbacks __attribute__((tls_model("initial-exec"))) = 0;

bool abort_at_once() {
  const char* mode = getenv("CONTINUO_GUARD");
  return mode != nullptr && strcmp(mode, "abort") == 0;
}

void print(const Report& report, int fd) {
  char line[160];
  const int n = snprintf(line, sizeof line, "guard: %s (%ld) in the callback, called from\n",
                         kNames[report.sin], report.detail);
  if (write(fd, line, static_cast<size_t>(n)) < 0) return;
  backtrace_symbols_fd(report.stack, report.depth, fd);
}

// Called with the watch off.
void record(Sin sin, long detail) {
  violations[sin].fetch_add(1);
  const int place = report_count.fetch_add(1);
  if (place >= kMaxReports) return;
  Report& report = reports[place];
  report.sin = sin;
  report.detail = detail;
  report.depth = backtrace(report.stack, kDepth);
  if (abort_at_once()) {
    print(report, 2);
    abort();
  }
}

struct Unwatched {
  int was_inside = inside;
  char was_selector = selector;
  Unwatched() { inside = 0, selector = 0; }
  ~Unwatched() { inside = was_inside, selector = was_selector; }
};

// A sin that one of the functions below commits: told once, then let do its work unwatched.
struct Confession {
  Unwatched unwatched;
  explicit Confession(Sin sin) {
    if (unwatched.was_inside != 0) record(sin, 0);
  }
};

// The call is made after all, and the rest of this callback's system calls go unseen.
void on_system_call(int, siginfo_t* info, void* context) {
  selector = 0;
  const int was_inside = inside;
  inside = 0;
  record(kSyscall, info->si_syscall);
  inside = was_inside;
  constexpr int kSyscallInstruction = 2;  // bytes
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] -= kSyscallInstruction;
}

template <typename F>
F real(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

[[gnu::constructor]] void begin() {
  void* warm[4];
  backtrace(warm, 4);  // loads libgcc now, not in a callback
  struct sigaction action {};
  action.sa_sigaction = on_system_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSYS, &action, nullptr);
}

[[gnu::destructor]] void end() {
  uint64_t sum = 0;
  for (const auto& v : violations) sum += v.load();
  const int shown = report_count.load() < kMaxReports ? report_count.load() : kMaxReports;
  for (int i = 0; i < shown; ++i) print(reports[i], 2);
  char line[160];
  const int n =
      snprintf(line, sizeof line, "guard: %llu violations in %llu callbacks\n",
               static_cast<unsigned long long>(sum), static_cast<unsigned long long>(callbacks.load()));
  if (write(2, line, static_cast<size_t>(n)) < 0) return;
  if (const char* file = getenv("CONTINUO_GUARD_REPORT")) {
    if (FILE* report = fopen(file, "w")) {
      fprintf(report, "{\"violations\": %llu, \"callbacks\": %llu}\n", static_cast<unsigned long long>(sum),
              static_cast<unsigned long long>(callbacks.load()));
      fclose(report);
    }
  }
}

}  // namespace

extern "C" {

void continuo_guard_enter() noexcept {
  if (inside++ != 0) return;
  if (!dispatching) {
    dispatching = true;
    prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector);
  }
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  faults_before = usage.ru_minflt + usage.ru_majflt;
  selector = 1;
}

void continuo_guard_exit() noexcept {
  if (--inside != 0) return;
  selector = 0;
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const long faults = usage.ru_minflt + usage.ru_majflt - faults_before;
  callbacks.fetch_add(1);
  if (faults > 0 && ++own_callbacks > kWarmUpCallbacks) record(kPageFault, faults);
}

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

void* malloc(size_t size) {
  const Confession confession(kMalloc);
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  const Confession confession(kMalloc);
  return __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  const Confession confession(kMalloc);
  return __libc_realloc(old, size);
}
void* memalign(size_t alignment, size_t size) {
  const Confession confession(kMalloc);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  const Confession confession(kMalloc);
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, size_t alignment, size_t size) {
  const Confession confession(kMalloc);
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
void free(void* pointer) {
  if (pointer == nullptr) return;
  const Confession confession(kFree);
  __libc_free(pointer);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  const Confession confession(kLock);
  static const auto next = real<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
  return next(mutex);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  const Confession confession(kLock);
  static const auto next = real<int (*)(pthread_mutex_t*)>("pthread_mutex_trylock");
  return next(mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  const Confession confession(kLock);
  static const auto next = real<int (*)(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  return next(lock);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  const Confession confession(kLock);
  static const auto next = real<int (*)(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  return next(lock);
}
int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  const Confession confession(kLock);
  static const auto next = real<int (*)(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  return next(condition, mutex);
}
int pthread_cond_signal(pthread_cond_t* condition) {
  const Confession confession(kLock);
  static const auto next = real<int (*)(pthread_cond_t*)>("pthread_cond_signal");
  return next(condition);
}

}  // extern "C"
