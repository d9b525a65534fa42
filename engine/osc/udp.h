// OSC over UDP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/osc/endpoint.h"

namespace boost::asio {
class io_context;
}

namespace continuo::osc {

// A packet as it came, unchecked; received_ns is steady_clock (monotonic). The bytes live until the handler
// returns.
using PacketHandler =
    std::function<void(std::span<const std::byte> packet, const Endpoint& from, std::int64_t received_ns)>;

std::int64_t steady_ns() noexcept;

struct UdpOptions {
  std::string listen = "127.0.0.1";  // 0.0.0.0 or :: for all interfaces; :: hears IPv4 too
  std::uint16_t port = 7770;         // 0: any free one
  int receive_buffer_bytes = 4 << 20;
  std::int64_t turn_ns = 400000;  // after this the loop's other work gets its turn
};

struct UdpCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t kernel_drops = 0;  // datagrams that found the socket's buffer full (Linux)
  std::uint64_t send_failures = 0;
  int receive_buffer_bytes = 0;  // what the system gave
};

// Control thread.
class UdpPort {
 public:
  // Throws std::runtime_error when the address or port can't be had.
  UdpPort(boost::asio::io_context& io, const UdpOptions& options, PacketHandler handler);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  std::uint16_t port() const noexcept;
  // From the listening socket, so that replies come from the port that was asked; where that socket can't
  // reach (it is bound to loopback, or of the other family) from one of its own. Never blocks: false when the
  // packet did not go.
  bool send(const Endpoint& to, std::span<const std::byte> packet) noexcept;
  const UdpCounters& counters() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace continuo::osc
