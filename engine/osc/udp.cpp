// OSC over UDP on Boost.Asio.
#include "engine/osc/udp.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <vector>

#include "engine/osc/asio_endpoint.h"
#include "engine/osc/packet.h"
#include "engine/osc/udp_kernel.h"

namespace continuo::osc {

using boost::asio::ip::udp;

std::int64_t steady_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct UdpPort::Impl : std::enable_shared_from_this<UdpPort::Impl> {
  Impl(boost::asio::io_context& context, const UdpOptions& chosen, PacketHandler on_packet)
      : io(context),
        options(chosen),
        handler(std::move(on_packet)),
        socket(context),
        buffer(kMaxPacketBytes + 1) {
    const auto address = bind_address(options.listen);
    v6 = address.is_v6();
    loopback = address.is_loopback();
    any = address.is_unspecified();
    boost::system::error_code error;
    const udp::endpoint local(address, options.port);
    socket.open(local.protocol(), error);
    if (!error && v6) socket.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) socket.bind(local, error);
    if (error) throw_bind_error("UDP", options.listen, options.port, error);
    socket.non_blocking(true);
    counters.receive_buffer_bytes = tune_receiving(socket, options.receive_buffer_bytes);
    socket.set_option(boost::asio::socket_base::send_buffer_size(1 << 20), error);
    socket.set_option(boost::asio::socket_base::broadcast(true), error);
    port = socket.local_endpoint().port();
  }

  void wait() {
    socket.async_wait(udp::socket::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        if (!error) self->drain();
                      });
  }

  void drain() {
    if (!socket.is_open()) return;
    const std::int64_t until = steady_ns() + options.turn_ns;
    for (;;) {
      udp::endpoint from;
      boost::system::error_code error;
      const std::size_t size = receive(socket, buffer, from, drops, error);
      if (error == boost::asio::error::would_block || error == boost::asio::error::try_again) break;
      const std::int64_t now = steady_ns();
      counters.kernel_drops = drops;
      if (!error) {  // else an ICMP "port unreachable" of something sent: nothing to read
        ++counters.packets;
        counters.bytes += size;
        handler({buffer.data(), size}, from_asio(from, Transport::udp), now);
        if (!socket.is_open()) return;
      }
      if (now >= until) {
        boost::asio::post(io, [self = shared_from_this()] { self->drain(); });
        return;
      }
    }
    wait();
  }

  bool reaches(const Endpoint& to) const {
    if (to.is_v4() ? v6 && !any : !v6) return false;
    return !loopback || to.is_loopback();
  }

  bool send(const Endpoint& to, std::span<const std::byte> packet) {
    const bool from_v6 = reaches(to) ? v6 : !to.is_v4();
    udp::socket* from = reaches(to) ? &socket : &outgoing(from_v6);
    boost::system::error_code error;
    for (int attempt = 0; attempt < 2; ++attempt) {
      from->send_to(boost::asio::buffer(packet.data(), packet.size()), to_asio(to, from_v6), 0, error);
      if (error != boost::asio::error::connection_refused)
        break;  // the answer to an earlier packet; this one is unsent
    }
    if (error) ++counters.send_failures;
    return !error;
  }

  udp::socket& outgoing(bool want_v6) {
    std::optional<udp::socket>& slot = want_v6 ? outgoing_v6 : outgoing_v4;
    if (!slot) {
      boost::system::error_code ignored;
      slot.emplace(io);
      slot->open(want_v6 ? udp::v6() : udp::v4(), ignored);
      slot->non_blocking(true, ignored);
      slot->set_option(boost::asio::socket_base::broadcast(true), ignored);
    }
    return *slot;
  }

  boost::asio::io_context& io;
  UdpOptions options;
  PacketHandler handler;
  udp::socket socket;
  std::optional<udp::socket> outgoing_v4, outgoing_v6;
  std::vector<std::byte> buffer;  // one byte more than a packet may have: what is too long is seen to be
  UdpCounters counters;
  std::uint32_t drops = 0;
  std::uint16_t port = 0;
  bool v6 = false;
  bool loopback = false;
  bool any = false;
};

UdpPort::UdpPort(boost::asio::io_context& io, const UdpOptions& options, PacketHandler handler)
    : impl_(std::make_shared<Impl>(io, options, std::move(handler))) {
  impl_->wait();
}

UdpPort::~UdpPort() {
  boost::system::error_code ignored;
  impl_->socket.close(ignored);
}

std::uint16_t UdpPort::port() const noexcept {
  return impl_->port;
}

bool UdpPort::send(const Endpoint& to, std::span<const std::byte> packet) noexcept {
  try {
    return impl_->send(to, packet);
  } catch (...) {  // out of descriptors
    ++impl_->counters.send_failures;
    return false;
  }
}

const UdpCounters& UdpPort::counters() const noexcept {
  return impl_->counters;
}

}  // namespace continuo::osc
