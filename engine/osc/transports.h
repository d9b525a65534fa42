// Everything that OSC comes in by and goes out by, as one thing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/osc/tcp.h"
#include "engine/osc/udp.h"

namespace continuo::osc {

struct TransportOptions {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 7770;  // UDP and TCP; 0: one that is free for both
  bool tcp = true;
};

// Control thread.
class Transports {
 public:
  // Throws std::runtime_error, in words for the user, when the address or port can't be had.
  Transports(boost::asio::io_context& io, const TransportOptions& options, PacketHandler handler,
             TcpServer::ClosedHandler closed = {});
  // The port that both listen on.
  std::uint16_t port() const noexcept { return udp_->port(); }
  // By UDP or to the TCP connection; false when it did not go (see each). Web and internal endpoints are not
  // ours.
  bool send(const Endpoint& to, std::span<const std::byte> packet);
  UdpPort& udp() noexcept { return *udp_; }
  TcpServer* tcp() noexcept { return tcp_.get(); }

 private:
  std::unique_ptr<UdpPort> udp_;
  std::unique_ptr<TcpServer> tcp_;
};

// Control thread. "HOST:PORT" with a name of any kind to a UDP endpoint; does not block. `done` is called
// from the loop with the endpoint, or without one and with the reason.
void resolve(boost::asio::io_context& io, const std::string& host_and_port,
             std::function<void(std::optional<Endpoint>, const std::string& why)> done);

}  // namespace continuo::osc
