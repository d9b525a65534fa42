// A UDP client that speaks OSC to a process on this machine.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace continuo::bench {

// What came back: address, arguments as text, their numbers where they are numbers, their time tags where
// they are that.
struct Reply {
  std::string address;
  std::vector<std::string> texts;
  std::vector<double> numbers;
  std::vector<uint64_t> times;  // time tags
  int64_t received_ns = 0;      // now_ns()
};

// The bytes of one message in text form, as in `continuo osc send`: "/part/1/gain -6.0". Throws
// std::invalid_argument.
std::vector<std::byte> packet(const std::string& message);

class OscClient {
 public:
  explicit OscClient(uint16_t port);
  ~OscClient();
  OscClient(const OscClient&) = delete;
  OscClient& operator=(const OscClient&) = delete;

  // False: the kernel did not take it.
  bool send(std::span<const std::byte> bytes) const;
  bool send(const std::string& message) const { return send(packet(message)); }
  // The next message of that address within `patience`; others are dropped.
  std::optional<Reply> receive(const std::string& address, std::chrono::milliseconds patience);
  std::optional<Reply> ask(const std::string& message, const std::string& address,
                           std::chrono::milliseconds patience = std::chrono::seconds(2));
  // Everything that has come.
  std::vector<Reply> drain();

 private:
  bool read(std::vector<Reply>& replies) const;
  int socket_ = -1;
  sockaddr_in to_{};
};

// A free UDP port of this machine (TCP is likely free, too).
uint16_t free_port();

}  // namespace continuo::bench
