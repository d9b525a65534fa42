// UDP and TCP on one port.
#include "engine/osc/transports.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>

#include "engine/osc/asio_endpoint.h"

namespace continuo::osc {

Transports::Transports(boost::asio::io_context& io, const TransportOptions& options, PacketHandler handler,
                       TcpServer::ClosedHandler closed) {
  UdpOptions udp;
  udp.listen = options.listen;
  udp.port = options.port;
  TcpOptions tcp;
  tcp.listen = options.listen;
  // With port 0 the system picks one for UDP that TCP may not have: then another is tried.
  for (int attempt = 0; udp_ == nullptr || (options.tcp && tcp_ == nullptr); ++attempt) {
    udp_ = std::make_unique<UdpPort>(io, udp, handler);
    if (!options.tcp) break;
    tcp.port = udp_->port();
    try {
      tcp_ = std::make_unique<TcpServer>(io, tcp, handler, closed);
    } catch (const std::runtime_error&) {
      if (options.port != 0 || attempt == 20) throw;
    }
  }
}

bool Transports::send(const Endpoint& to, std::span<const std::byte> packet) {
  if (to.transport == Transport::udp) return udp_->send(to, packet);
  if (to.transport == Transport::tcp) return tcp_ != nullptr && tcp_->send(to, packet);
  return false;
}

void resolve(boost::asio::io_context& io, const std::string& host_and_port,
             std::function<void(std::optional<Endpoint>, const std::string& why)> done) {
  using boost::asio::ip::udp;
  if (const auto numeric = parse_endpoint(host_and_port)) {
    boost::asio::post(io, [numeric, done = std::move(done)] { done(numeric, {}); });
    return;
  }
  const std::size_t colon = host_and_port.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == host_and_port.size() ||
      host_and_port.find_first_not_of("0123456789", colon + 1) != std::string::npos) {
    boost::asio::post(io, [host_and_port, done = std::move(done)] {
      done(std::nullopt, "'" + host_and_port + "' is not HOST:PORT");
    });
    return;
  }
  auto resolver = std::make_shared<udp::resolver>(io);
  resolver->async_resolve(
      host_and_port.substr(0, colon), host_and_port.substr(colon + 1),
      [resolver, host_and_port, done = std::move(done)](const boost::system::error_code& error,
                                                        const udp::resolver::results_type& results) {
        // IPv4 first: the phone and tablet programs listen there.
        for (const bool v4 : {true, false}) {
          if (error) break;
          for (const auto& each : results) {
            if (each.endpoint().address().is_v4() != v4) continue;
            done(from_asio(each.endpoint(), Transport::udp), {});
            return;
          }
        }
        done(std::nullopt, "no host of the name '" + host_and_port + "' was found (" + error.message() + ")");
      });
}

}  // namespace continuo::osc
