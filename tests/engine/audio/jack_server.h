// A private JACK server (dummy driver) for one test.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
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

// Starts `arguments` (found on the PATH) with nothing on the terminal; its process id.
inline pid_t spawn(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
    const int sink = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) dup2(sink, fd);
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

class JackServer {
 public:
  // Clients of this process find it by the environment until it is destroyed.
  explicit JackServer(int rate = 48000, int period = 64) {
    static int count = 0;
    name_ = "continuo-test-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
    start(rate, period);
  }
  ~JackServer() {
    stop(SIGTERM);
    unsetenv("JACK_DEFAULT_SERVER");
  }
  JackServer(const JackServer&) = delete;
  JackServer& operator=(const JackServer&) = delete;

  bool start(int rate, int period) {
    for (const bool realtime : {true, false}) {
      std::vector<std::string> command{"jackd"};
      if (realtime) {
        command.insert(command.end(), {"-R", "-P", "70"});
      } else {
        command.push_back("-r");
      }
      command.insert(command.end(),
                     {"-n", name_, "-d", "dummy", "-r", std::to_string(rate), "-p", std::to_string(period)});
      pid_ = spawn(command);
      if (run({"jack_wait", "-s", name_, "-w", "-t", "10"}) == 0 && kill(pid_, 0) == 0) return true;
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
  [[nodiscard]] bool running() const { return pid_ > 0; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  pid_t pid_ = -1;
};

}  // namespace continuo::test
