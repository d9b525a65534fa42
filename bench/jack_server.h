// A JACK server of our own: real-time, dummy device, 48 kHz.
#pragma once

#include <memory>
#include <string>

#include "bench/process.h"

namespace continuo::bench {

class JackServer {
 public:
  static constexpr int kRate = 48000, kBlock = 64;

  // Starts it, waits until it answers, and makes it the default of this process and its children
  // (JACK_DEFAULT_SERVER). Throws Absent with the reason.
  explicit JackServer(int block = kBlock);
  ~JackServer();
  JackServer(const JackServer&) = delete;
  JackServer& operator=(const JackServer&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  TemporaryFolder folder_;
  std::string name_;
  std::unique_ptr<Process> process_;
};

}  // namespace continuo::bench
