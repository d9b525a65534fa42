// A JACK server of our own.
#include "bench/jack_server.h"

#include <jack/jack.h>

#include <cstdlib>

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

void be_silent(const char*) {}

}  // namespace

JackServer::JackServer(int block) {
  static int count = 0;
  if (!in_path("jackd")) throw Absent("jackd is not installed (Debian: jackd2)");
  name_ = "continuo-bench-" + std::to_string(count++);
  setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
  jack_set_error_function(be_silent);
  jack_set_info_function(be_silent);
  process_ = std::make_unique<Process>(
      std::vector<std::string>{"jackd", "-p", "64", "-R", "-P", "70", "-n", name_, "-d", "dummy", "-r",
                               std::to_string(kRate), "-p", std::to_string(block)},
      std::map<std::string, std::string>{}, folder_.path() / "jackd.log");
  for (int i = 0; i < 100; ++i) {
    wait_for(50ms);
    if (!process_->running()) {
      throw Absent("jackd -R does not start (no real-time priority?): " + process_->output());
    }
    if (jack_client_t* client = jack_client_open("hello", JackNoStartServer, nullptr)) {
      jack_client_close(client);
      return;
    }
  }
  throw Absent("jackd does not answer: " + process_->output());
}

JackServer::~JackServer() {
  process_->stop();
}

}  // namespace continuo::bench
