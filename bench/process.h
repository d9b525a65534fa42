// Child processes, temporary folders and patience: all of it is cleaned up, also after Ctrl-C.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace continuo::bench {

// Why a figure can't be had; becomes its row's "absent".
struct Absent : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

// Turns SIGINT and SIGTERM into Interrupted, thrown by wait_for() and check_interrupt().
void catch_signals();
void check_interrupt();
void wait_for(std::chrono::nanoseconds duration);
void wait_until(std::chrono::steady_clock::time_point time);
int64_t now_ns();  // CLOCK_MONOTONIC

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A child in a process group of its own; it dies with us, even if we are killed. Use from the main thread
// only: the kernel ties its death to the thread that made it.
class Process {
 public:
  // `environment` is added to ours. stdout and stderr go to `output`. Throws Absent when it can't be started.
  Process(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
          const std::filesystem::path& output);
  ~Process();  // stop()
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  // SIGTERM, `patience`, SIGKILL. True: it went by itself.
  bool stop(std::chrono::milliseconds patience = std::chrono::seconds(5));
  // What it has printed so far.
  [[nodiscard]] std::string output() const;
  // When it was started, now_ns().
  [[nodiscard]] int64_t started_ns() const { return started_ns_; }
  // Resident memory, MB of 10^6 bytes: all of it, and what it shares with others (JACK's server makes 105 MB
  // of that).
  struct Memory {
    double all_mb = 0, shared_mb = 0;
  };
  [[nodiscard]] Memory resident() const;

 private:
  pid_t pid_ = -1;
  int64_t started_ns_ = 0;
  std::filesystem::path output_;
};

// The program itself, and what lies beside it.
std::filesystem::path own_path();
// True if `name` is found in PATH.
bool in_path(const std::string& name);

}  // namespace continuo::bench
