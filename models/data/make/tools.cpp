#include "models/data/make/tools.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostOutput = 65'536;

bool is_there(const std::string& what) {
  if (what.starts_with('/')) return fs::exists(what);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && access((fs::path(folder) / what).c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string last_lines(const std::string& text, int lines) {
  std::size_t at = text.find_last_not_of('\n');
  for (int i = 0; i < lines && at != std::string::npos && at > 0; ++i) at = text.rfind('\n', at - 1);
  return at == std::string::npos ? text : text.substr(at);
}

// Until the program and its children have closed their ends, or their time is over.
void read_output(int from, pid_t child, double seconds, Outcome& outcome) {
  using Clock = std::chrono::steady_clock;
  const auto until =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  char block[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0 && outcome.limit.empty()) {
      kill(-child, SIGKILL);
      char text[48];
      std::snprintf(text, sizeof text, "it took longer than %g s", seconds);
      outcome.limit = text;
    }
    pollfd ready{from, POLLIN, 0};
    const int any = poll(&ready, 1, static_cast<int>(std::clamp<long long>(left, 100, 1000)));
    if (any < 0 && errno != EINTR) return;
    if (any <= 0) continue;
    const ssize_t got = read(from, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    const std::size_t room = kMostOutput - outcome.output.size();
    outcome.output.append(block, std::min(room, static_cast<std::size_t>(got)));
  }
}

}  // namespace

std::vector<std::string> missing_packages(const std::vector<Need>& needs) {
  std::vector<std::string> packages;
  for (const Need& need : needs) {
    if (is_there(need.command_or_file)) continue;
    if (std::find(packages.begin(), packages.end(), need.package) == packages.end()) {
      packages.push_back(need.package);
    }
  }
  return packages;
}

void require(const std::vector<Need>& needs, bool install, const std::string& who) {
  const std::vector<std::string> packages = missing_packages(needs);
  if (packages.empty()) return;
  const std::string names = joined(packages);
  const bool root = geteuid() == 0;
  const std::string by_hand =
      (root ? "apt-get install " : "sudo apt-get install ") + std::string("--no-install-recommends ") + names;
  if (!install) {
    throw std::runtime_error(who + " needs " + names + ", which is not installed; add --install to have it " +
                             "installed, or run: " + by_hand);
  }
  if (!is_there("apt-get")) {
    throw std::runtime_error(who + " needs the Debian packages " + names +
                             "; there is no apt-get here: install the programs of those names by hand");
  }
  std::fprintf(stderr, "Installing %s ...\n", names.c_str());
  std::vector<std::string> command;
  if (!root) command = {"sudo"};
  command.insert(command.end(), {"apt-get", "install", "-y", "--no-install-recommends"});
  command.insert(command.end(), packages.begin(), packages.end());
  run_or_throw(command, {}, kPatient);
  const std::vector<std::string> still = missing_packages(needs);
  if (!still.empty()) {
    throw std::runtime_error(joined(still) + " was installed, but what " + who + " needs of it is not there");
  }
}

Outcome run(const std::vector<std::string>& command, const fs::path& folder, const Limits& limits) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + strerror(errno));
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::string where = folder.string();
  const rlimit file_size{limits.file_bytes, limits.file_bytes}, no_core{0, 0};
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(std::string("fork: ") + strerror(errno));
  if (child == 0) {
    setpgid(0, 0);  // Ctrl-C is for us: what is begun gets finished, or is thrown away whole
    setrlimit(RLIMIT_FSIZE, &file_size);
    setrlimit(RLIMIT_CORE, &no_core);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    dup2(pipe_ends[1], 1);
    dup2(pipe_ends[1], 2);
    if (!where.empty() && chdir(where.c_str()) != 0) _exit(126);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  setpgid(child, child);  // whichever of us comes first
  close(pipe_ends[1]);
  Outcome outcome;
  read_output(pipe_ends[0], child, limits.seconds, outcome);
  close(pipe_ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (outcome.status == 128 + SIGXFSZ) {
    outcome.limit = "it wrote more than " + std::to_string(limits.file_bytes / 1'000'000) + " MB into a file";
  }
  return outcome;
}

Outcome run_or_throw(const std::vector<std::string>& command, const fs::path& folder, const Limits& limits) {
  Outcome outcome = run(command, folder, limits);
  if (outcome.status == 127) throw std::runtime_error(command.front() + ": no such program");
  if (!outcome.limit.empty()) throw std::runtime_error(joined(command) + ": was stopped: " + outcome.limit);
  if (outcome.status != 0) {
    throw std::runtime_error(joined(command) + ": failed with status " + std::to_string(outcome.status) +
                             ": " + last_lines(outcome.output, 4));
  }
  return outcome;
}

}  // namespace continuo::make
