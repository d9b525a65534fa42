// `continuo osc`: send a message, watch an engine's traffic.
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "engine/cli/commands.h"
#include "engine/osc/format.h"
#include "engine/osc/packet.h"

namespace continuo::cli {

namespace {

namespace asio = boost::asio;
using asio::ip::udp;

// A UDP client that prints what it gets.
class Client {
 public:
  explicit Client(const OscOptions& options) {
    boost::system::error_code error;
    udp::resolver resolver(io);
    const auto found = resolver.resolve(options.host, std::to_string(options.port), error);
    if (error || found.empty())
      throw std::runtime_error("no host \"" + options.host + "\": " + error.message());
    to_ = found.begin()->endpoint();
    socket_.open(to_.protocol());
    socket_.connect(to_);  // so that nobody there is told
    receive();
  }

  void send(const std::string& text) {
    const osc::ParsedMessage message = osc::parse_message(text);
    if (message.packet.empty()) throw std::runtime_error("\"" + text + "\": " + message.fault);
    boost::system::error_code error;
    socket_.send(asio::buffer(message.packet), 0, error);
    if (error)
      throw std::runtime_error("cannot send to " + to_.address().to_string() + ": " + error.message());
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool refused() const { return refused_; }

  asio::io_context io;

 private:
  void receive() {
    socket_.async_receive(asio::buffer(buffer_), [this](const boost::system::error_code& error, size_t n) {
      if (error == asio::error::connection_refused) {
        refused_ = true;
      } else if (!error) {
        print({buffer_.data(), n});
      }
      if (error != asio::error::operation_aborted) receive();
    });
  }

  void print(std::span<const std::byte> bytes) {
    osc::PacketReader reader(bytes);
    osc::Message message;
    while (reader.next(message)) {
      failed_ |= message.address == "/fail";
      std::printf("%s\n", osc::format(message).c_str());
    }
    std::fflush(stdout);
  }

  udp::socket socket_{io};
  udp::endpoint to_;
  std::array<std::byte, 65536> buffer_{};
  bool failed_ = false, refused_ = false;
};

}  // namespace

int osc_send(const OscOptions& options, const std::string& message, double wait_seconds) {
  Client client(options);
  client.send(message);
  client.io.run_for(std::chrono::milliseconds(static_cast<int>(wait_seconds * 1000)));
  if (client.refused()) {
    throw std::runtime_error("nobody listens on " + options.host + ":" + std::to_string(options.port) +
                             "; is the engine running (./run)?");
  }
  return client.failed() ? 1 : 0;
}

int osc_monitor(const OscOptions& options) {
  Client client(options);
  client.send("/dumpOSC 2");
  asio::signal_set signals(client.io, SIGINT, SIGTERM);
  signals.async_wait([&](auto, int) {
    client.send("/dumpOSC 0");
    client.io.stop();
  });
  std::fprintf(stderr, "traffic of %s:%u (Ctrl-C ends)\n", options.host.c_str(), options.port);
  client.io.run();
  return 0;
}

}  // namespace continuo::cli
