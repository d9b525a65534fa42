// A private JACK server (dummy driver) for one test.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace continuo::test {

// Waits until `done()`; false after `limit`.
template <typename Done>
bool wait_for(Done done, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

// Starts `arguments` (found on the PATH), what they print into `output`; their process id.
inline pid_t spawn(const std::vector<std::string>& arguments, const std::string& output = "/dev/null") {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that crashes leaves no server behind
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    const int sink = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(sink, STDOUT_FILENO);
    dup2(sink, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  return pid;
}

inline int run(const std::vector<std::string>& arguments) {
  int status = -1;
  waitpid(spawn(arguments), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A server's name, held by a lock. JACK keeps places for eight servers on a machine and takes a killed
// server's place back only under its own name: names that come again cannot fill them, names that are new
// each time do.
class ServerName {
 public:
  ServerName() {
    for (int i = 0; i < 8; ++i) {
      text_ = "continuo-test-" + std::to_string(i);
      lock_ = open(("/tmp/" + text_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
      close(lock_);
    }
    throw std::runtime_error("eight JACK servers of tests run already");
  }
  ~ServerName() { close(lock_); }
  ServerName(const ServerName&) = delete;
  ServerName& operator=(const ServerName&) = delete;

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  int lock_ = -1;
};

class JackServer {
 public:
  // Clients of this process find it by the environment until it is destroyed. Throws what jackd says when it
  // does not start.
  explicit JackServer(int rate = 48000, int period = 64) {
    setenv("JACK_DEFAULT_SERVER", name().c_str(), 1);
    if (!start(rate, period)) throw std::runtime_error("jackd does not start: " + output());
  }
  ~JackServer() {
    stop(SIGTERM);
    unsetenv("JACK_DEFAULT_SERVER");
  }
  JackServer(const JackServer&) = delete;
  JackServer& operator=(const JackServer&) = delete;

  bool start(int rate, int period) {
    for (const bool realtime : {true, false}) {
      // 64 ports: with its default of 2048 a server takes 103 MiB of /dev/shm.
      std::vector<std::string> command{"jackd", "-p", "64"};
      if (realtime) {
        command.insert(command.end(), {"-R", "-P", "70"});
      } else {
        command.push_back("-r");
      }
      command.insert(command.end(),
                     {"-n", name(), "-d", "dummy", "-r", std::to_string(rate), "-p", std::to_string(period)});
      pid_ = spawn(command, log());
      if (run({"jack_wait", "-s", name(), "-w", "-t", "10"}) == 0 && kill(pid_, 0) == 0) return true;
      stop(SIGKILL);
    }
    return false;
  }
  void stop(int signal) {
    if (pid_ <= 0) return;
    kill(pid_, signal);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void signal(int number) const { kill(pid_, number); }
  [[nodiscard]] const std::string& name() const { return name_.text(); }

 private:
  [[nodiscard]] std::string log() const { return "/tmp/" + name() + ".log"; }
  [[nodiscard]] std::string output() const {
    std::ifstream file(log());
    return {std::istreambuf_iterator<char>(file), {}};
  }

  ServerName name_;
  pid_t pid_ = -1;
};

}  // namespace continuo::test
