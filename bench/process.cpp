// Child processes, temporary folders and patience.
#include "bench/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace continuo::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

volatile sig_atomic_t g_interrupted = 0;

void on_signal(int) {
  g_interrupted = 1;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    if (!added.contains(line.substr(0, line.find('=')))) merged.push_back(line);
  }
  for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& t : texts) out.push_back(const_cast<char*>(t.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
}

void check_interrupt() {
  if (g_interrupted != 0) throw Interrupted();
}

void wait_until(std::chrono::steady_clock::time_point time) {
  for (;;) {
    check_interrupt();
    const auto left = time - std::chrono::steady_clock::now();
    if (left <= 0ns) return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, 100ms));
  }
}

void wait_for(std::chrono::nanoseconds duration) {
  wait_until(std::chrono::steady_clock::now() + duration);
}

int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "continuo-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw Absent("no temporary folder: " + std::string(std::strerror(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Process::Process(const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& environment, const fs::path& output)
    : output_(output) {
  const std::vector<std::string> variables = merged_environment(environment);
  const auto arguments = pointers(command), environment_pointers = pointers(variables);
  const pid_t parent = getpid();
  started_ns_ = now_ns();
  pid_ = fork();
  if (pid_ < 0) throw Absent(command[0] + " does not start: " + std::strerror(errno));
  if (pid_ > 0) return;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (in < 0 || out < 0) _exit(127);
  dup2(in, 0);
  dup2(out, 1);
  dup2(out, 2);
  execvpe(arguments[0], arguments.data(), environment_pointers.data());
  _exit(127);
}

Process::~Process() {
  stop();
}

bool Process::running() {
  if (pid_ <= 0) return false;
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

bool Process::stop(std::chrono::milliseconds patience) {
  if (!running()) return true;
  kill(pid_, SIGTERM);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {  // no wait_for(): it must not throw here
    if (!running()) return true;
    std::this_thread::sleep_for(2ms);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return false;
}

std::string Process::output() const {
  std::ifstream in(output_);
  return {std::istreambuf_iterator<char>(in), {}};
}

Process::Memory Process::resident() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  Memory memory;
  for (std::string line; std::getline(in, line);) {
    const auto megabytes = [&] { return std::stod(line.substr(line.find(':') + 1)) * 1024 / 1e6; };
    if (line.starts_with("VmRSS:")) memory.all_mb = megabytes();
    if (line.starts_with("RssShmem:")) memory.shared_mb = megabytes();
  }
  if (memory.all_mb == 0) throw Absent("the kernel does not tell the resident memory");
  return memory;
}

fs::path own_path() {
  return fs::read_symlink("/proc/self/exe");
}

bool in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::stringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((fs::path(folder) / name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace continuo::bench
