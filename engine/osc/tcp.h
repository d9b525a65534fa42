// OSC over TCP, in either framing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/osc/endpoint.h"
#include "engine/osc/udp.h"

namespace continuo::osc {

struct TcpOptions {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 7770;  // 0: any free one
  std::size_t max_connections = 32;
  std::int64_t first_packet_ns = 30'000'000'000;  // a connection that says nothing is closed after this
  std::int64_t partial_frame_ns =
      10'000'000'000;        // so is one that leaves a frame unfinished, or does not read
  std::int64_t idle_ns = 0;  // 0: a quiet connection stays (TCP keep-alive finds dead ones)
  std::size_t max_unsent_bytes = 1 << 20;
  std::int64_t turn_ns = 400000;  // after this the loop's other work gets its turn
};

struct TcpCounters {
  std::uint64_t packets = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;         // there were max_connections already
  std::uint64_t broken_streams = 0;  // closed for what they sent
  std::uint64_t timeouts = 0;
  std::uint64_t dropped_frames = 0;  // SLIP frames too long or wrongly escaped
};

// Control thread. Each connection is answered in the framing it speaks (length prefix until it has spoken).
class TcpServer {
 public:
  // The connection is gone, and why.
  using ClosedHandler = std::function<void(const Endpoint& who, const char* why)>;

  // Throws std::runtime_error when the address or port can't be had.
  TcpServer(boost::asio::io_context& io, const TcpOptions& options, PacketHandler handler,
            ClosedHandler closed = {});
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  std::uint16_t port() const noexcept;
  // False when the connection is gone or does not read (more than max_unsent_bytes wait): try again later.
  bool send(const Endpoint& to, std::span<const std::byte> packet);
  std::size_t connections() const noexcept;
  const TcpCounters& counters() const noexcept;

 private:
  struct Impl;
  struct Connection;
  std::shared_ptr<Impl> impl_;
};

}  // namespace continuo::osc
