// OSC over TCP on Boost.Asio.
#include "engine/osc/tcp.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <unordered_map>
#include <vector>

#include "engine/osc/asio_endpoint.h"
#include "engine/osc/framing.h"

namespace continuo::osc {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct TcpServer::Connection {
  explicit Connection(tcp::socket s) : socket(std::move(s)) {}
  tcp::socket socket;
  Endpoint who;
  FrameReader frames;
  std::array<std::byte, 16384> buffer;
  std::span<const std::byte> unread;      // of buffer
  std::vector<std::byte> sending, queue;  // under way; to follow
  std::int64_t last_packet_ns = 0;        // or when it connected
  std::int64_t last_progress_ns = 0;      // of a frame under way
  std::int64_t last_sent_ns = 0;
  std::uint64_t dropped = 0;
  bool spoke = false;
};

struct TcpServer::Impl : std::enable_shared_from_this<TcpServer::Impl> {
  Impl(boost::asio::io_context& context, const TcpOptions& chosen, PacketHandler on_packet,
       ClosedHandler on_closed)
      : io(context),
        options(chosen),
        handler(std::move(on_packet)),
        closed(std::move(on_closed)),
        acceptor(context),
        timer(context) {
    const auto address = bind_address(options.listen);
    const tcp::endpoint local(address, options.port);
    error_code error;
    acceptor.open(local.protocol(), error);
#ifndef _WIN32  // there it would let two programs share the port
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
#endif
    if (!error && address.is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(local, error);
    if (!error) acceptor.listen(16, error);
    if (error) throw_bind_error("TCP", options.listen, options.port, error);
    port = acceptor.local_endpoint().port();
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
      if (error == boost::asio::error::operation_aborted || !self->acceptor.is_open()) return;
      if (!error) {
        self->welcome(std::move(socket));
        self->accept();
        return;
      }
      // Out of descriptors and the like: try again with the next tick of the timer.
      self->accept_again = true;
    });
  }

  void welcome(tcp::socket socket) {
    error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;
    if (connections.size() >= options.max_connections) {
      ++counters.refused;
      return;
    }
    ++counters.accepted;
    socket.set_option(tcp::no_delay(true), error);
    socket.set_option(boost::asio::socket_base::keep_alive(true), error);
    auto c = std::make_shared<Connection>(std::move(socket));
    c->who = from_asio(remote, Transport::tcp);
    c->who.connection = ++last_connection;
    c->last_packet_ns = c->last_progress_ns = steady_ns();
    connections.emplace(c->who.connection, c);
    read(c);
  }

  void read(const std::shared_ptr<Connection>& c) {
    c->socket.async_read_some(boost::asio::buffer(c->buffer),
                              [self = shared_from_this(), c](const error_code& error, std::size_t size) {
                                if (error) {
                                  self->close(c, "closed by the client");
                                  return;
                                }
                                c->unread = {c->buffer.data(), size};
                                if (!c->frames.midway()) c->last_progress_ns = steady_ns();
                                self->handle(c);
                              });
  }

  void handle(const std::shared_ptr<Connection>& c) {
    if (!c->socket.is_open()) return;
    const std::int64_t until = steady_ns() + options.turn_ns;
    while (const auto frame = c->frames.next(c->unread)) {
      const std::int64_t now = steady_ns();
      c->spoke = true;
      c->last_packet_ns = c->last_progress_ns = now;
      ++counters.packets;
      handler(*frame, c->who, now);
      if (!c->socket.is_open()) return;
      if (now >= until) {
        boost::asio::post(io, [self = shared_from_this(), c] { self->handle(c); });
        return;
      }
    }
    counters.dropped_frames += c->frames.dropped() - c->dropped;
    c->dropped = c->frames.dropped();
    if (c->frames.fault() != nullptr) {
      ++counters.broken_streams;
      close(c, c->frames.fault());
      return;
    }
    read(c);
  }

  bool send(const Endpoint& to, std::span<const std::byte> packet) {
    const auto at = connections.find(to.connection);
    if (at == connections.end()) return false;
    const auto& c = at->second;
    if (c->queue.size() + c->sending.size() + packet.size() > options.max_unsent_bytes) return false;
    append_frame(c->frames.framing(), packet, c->queue);
    if (c->sending.empty()) write(c);
    return true;
  }

  void write(const std::shared_ptr<Connection>& c) {
    std::swap(c->sending, c->queue);
    c->last_sent_ns = steady_ns();
    boost::asio::async_write(c->socket, boost::asio::buffer(c->sending),
                             [self = shared_from_this(), c](const error_code& error, std::size_t) {
                               c->sending.clear();
                               if (error) {
                                 self->close(c, "closed by the client");
                               } else if (!c->queue.empty()) {
                                 self->write(c);
                               }
                             });
  }

  void close(const std::shared_ptr<Connection>& c, const char* why) {
    if (!c->socket.is_open()) return;
    error_code ignored;
    c->socket.close(ignored);
    connections.erase(c->who.connection);
    if (closed) closed(c->who, why);
  }

  void watch() {
    timer.expires_after(
        std::chrono::nanoseconds(std::min<std::int64_t>(1'000'000'000, options.partial_frame_ns / 2)));
    timer.async_wait([self = shared_from_this()](const error_code& error) {
      if (error || !self->acceptor.is_open()) return;
      self->close_late();
      if (self->accept_again) {
        self->accept_again = false;
        self->accept();
      }
      self->watch();
    });
  }

  void close_late() {
    const std::int64_t now = steady_ns();
    std::vector<std::pair<std::shared_ptr<Connection>, const char*>> late;
    for (const auto& [id, c] : connections) {
      if (!c->spoke && now - c->last_packet_ns > options.first_packet_ns) {
        late.emplace_back(c, "said nothing");
      } else if (c->frames.midway() && now - c->last_progress_ns > options.partial_frame_ns) {
        late.emplace_back(c, "left a frame unfinished");
      } else if (!c->sending.empty() && now - c->last_sent_ns > options.partial_frame_ns) {
        late.emplace_back(c, "does not read what it is sent");
      } else if (options.idle_ns > 0 && now - c->last_packet_ns > options.idle_ns) {
        late.emplace_back(c, "idle");
      }
    }
    for (const auto& [c, why] : late) {
      ++counters.timeouts;
      close(c, why);
    }
  }

  void stop() {
    error_code ignored;
    closed = {};
    acceptor.close(ignored);
    timer.cancel();
    for (const auto& [id, c] : connections) c->socket.close(ignored);
    connections.clear();
  }

  boost::asio::io_context& io;
  TcpOptions options;
  PacketHandler handler;
  ClosedHandler closed;
  tcp::acceptor acceptor;
  boost::asio::steady_timer timer;
  std::unordered_map<std::uint32_t, std::shared_ptr<Connection>> connections;
  TcpCounters counters;
  std::uint32_t last_connection = 0;
  std::uint16_t port = 0;
  bool accept_again = false;
};

TcpServer::TcpServer(boost::asio::io_context& io, const TcpOptions& options, PacketHandler handler,
                     ClosedHandler closed)
    : impl_(std::make_shared<Impl>(io, options, std::move(handler), std::move(closed))) {
  impl_->accept();
  impl_->watch();
}

TcpServer::~TcpServer() {
  impl_->stop();
}

std::uint16_t TcpServer::port() const noexcept {
  return impl_->port;
}
bool TcpServer::send(const Endpoint& to, std::span<const std::byte> packet) {
  return impl_->send(to, packet);
}
std::size_t TcpServer::connections() const noexcept {
  return impl_->connections.size();
}
const TcpCounters& TcpServer::counters() const noexcept {
  return impl_->counters;
}

}  // namespace continuo::osc
