// UDP and TCP on loopback, with liblo's oscsend as one of the senders.
#include "engine/osc/transports.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <vector>

#include "engine/osc/framing.h"
#include "engine/osc/outgoing.h"
#include "engine/osc/packet.h"
#include "tests/engine/osc/bytes.h"

using namespace continuo::osc;
using namespace continuo::osc::test;
namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

namespace {

struct Inbox {
  struct Item {
    std::string packet;
    Endpoint from;
  };
  std::vector<Item> items;
  std::vector<std::string> closed;
  PacketHandler handler() {
    return [this](std::span<const std::byte> p, const Endpoint& from, std::int64_t) {
      items.push_back({as_string(p), from});
    };
  }
  TcpServer::ClosedHandler on_closed() {
    return [this](const Endpoint&, const char* why) { closed.emplace_back(why); };
  }
};

// Runs the loop until `done` or the time is up.
template <class Done>
bool run_until(asio::io_context& io, Done done, int limit_ms = 5000) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
  while (!done() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_one_for(std::chrono::milliseconds(5));
  }
  return done();
}

TransportOptions any_port() {
  TransportOptions options;
  options.port = 0;
  return options;
}

}  // namespace

TEST_CASE("UDP: packets come with their sender, and replies leave from the port that was asked") {
  asio::io_context io;
  Inbox inbox;
  Transports transports(io, any_port(), inbox.handler());
  udp::socket client(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  const udp::endpoint server(asio::ip::address_v4::loopback(), transports.port());
  const std::string packet = message("/a", "i", u32(5));
  client.send_to(asio::buffer(packet), server);
  client.send_to(asio::buffer(std::string()), server);  // an empty datagram is one, too
  REQUIRE(run_until(io, [&] { return inbox.items.size() == 2; }));
  CHECK(inbox.items[0].packet == packet);
  CHECK(inbox.items[1].packet.empty());
  CHECK(inbox.items[0].from.port == client.local_endpoint().port());
  CHECK(inbox.items[0].from.is_loopback());

  REQUIRE(transports.send(inbox.items[0].from, Outgoing("/synced").add(7).bytes()));
  char reply[64];
  udp::endpoint from;
  const std::size_t size = client.receive_from(asio::buffer(reply), from);
  CHECK(std::string(reply, size) == message("/synced", "i", u32(7)));
  CHECK(from == server);
}

TEST_CASE("UDP: a flood of 20,000 packets arrives, in turns") {
  asio::io_context io;
  std::size_t count = 0;
  UdpOptions options;
  options.port = 0;
  UdpPort port(io, options, [&](std::span<const std::byte>, const Endpoint&, std::int64_t) { ++count; });
  udp::socket client(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  const udp::endpoint server(asio::ip::address_v4::loopback(), port.port());
  const std::string packet = message("/part/1/gain", "f", u32(0));
  for (int i = 0; i < 20000; ++i) {
    client.send_to(asio::buffer(packet), server);
    if (i % 100 == 99) io.poll();
  }
  run_until(
      io, [&] { return count == 20000; }, 2000);
  CHECK(count + port.counters().kernel_drops == 20000);
  CHECK(count == 20000);
  CHECK(port.counters().packets == 20000);
  CHECK(port.counters().bytes == 20000 * packet.size());
}

#ifdef __linux__
TEST_CASE("UDP: what the kernel drops is counted") {
  asio::io_context io;
  std::size_t count = 0;
  UdpOptions options;
  options.port = 0;
  options.receive_buffer_bytes = 4096;
  UdpPort port(io, options, [&](std::span<const std::byte>, const Endpoint&, std::int64_t) { ++count; });
  udp::socket client(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  const udp::endpoint server(asio::ip::address_v4::loopback(), port.port());
  const std::string packet = message("/part/1/gain", "f", u32(0));
  for (int i = 0; i < 1000; ++i) client.send_to(asio::buffer(packet), server);
  run_until(
      io, [&] { return false; }, 50);
  client.send_to(asio::buffer(packet), server);  // the count comes with the next packet
  REQUIRE(run_until(
      io, [&] { return count + port.counters().kernel_drops == 1001; }, 2000));
  CHECK(port.counters().kernel_drops > 0);
}
#endif

TEST_CASE("UDP: a bind to all interfaces hears both families and answers each") {
  asio::io_context io;
  Inbox inbox;
  TransportOptions options = any_port();
  options.listen = "::";
  std::unique_ptr<Transports> transports;
  try {
    transports = std::make_unique<Transports>(io, options, inbox.handler());
  } catch (const std::runtime_error& e) {
    WARN("no IPv6 here: " << e.what());
    return;
  }
  udp::socket client(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  client.send_to(asio::buffer(message("/a", "")),
                 udp::endpoint(asio::ip::address_v4::loopback(), transports->port()));
  REQUIRE(run_until(io, [&] { return inbox.items.size() == 1; }));
  CHECK(inbox.items[0].from.is_v4());
  REQUIRE(transports->send(inbox.items[0].from, Outgoing("/b").bytes()));
  char reply[64];
  CHECK(client.receive(asio::buffer(reply)) == 8);
}

TEST_CASE("UDP: from a loopback port, other hosts are reached by a socket of its own") {
  asio::io_context io;
  UdpOptions options;
  options.port = 0;
  UdpPort port(io, options, [](std::span<const std::byte>, const Endpoint&, std::int64_t) {});
  // 192.0.2.0/24 is for documentation (RFC 5737): nobody gets it. Whether there is a route depends on the
  // machine.
  port.send(*parse_endpoint("192.0.2.1:9"), Outgoing("/a").bytes());
  udp::socket v6(io);
  boost::system::error_code error;
  v6.open(udp::v6(), error);
  if (!error) v6.bind(udp::endpoint(asio::ip::address_v6::loopback(), 0), error);
  if (error) return;
  Endpoint to = *parse_endpoint("[::1]:9");
  to.port = v6.local_endpoint().port();
  CHECK(port.send(to, Outgoing("/a").bytes()));
  char got[64];
  CHECK(v6.receive(asio::buffer(got)) == 8);
}

TEST_CASE("a port that is taken, or an address that is not ours, is said plainly") {
  asio::io_context io;
  Inbox inbox;
  Transports first(io, any_port(), inbox.handler());
  TransportOptions same;
  same.port = first.port();
  CHECK_THROWS_WITH(Transports(io, same, inbox.handler()),
                    "UDP port " + std::to_string(first.port()) +
                        " is in use (by another Continuo?); choose another with --osc-port N or 0");
  TransportOptions elsewhere = any_port();
  elsewhere.listen = "192.0.2.1";
  CHECK_THROWS_AS(Transports(io, elsewhere, inbox.handler()), std::runtime_error);
  elsewhere.listen = "my tablet";
  CHECK_THROWS_AS(Transports(io, elsewhere, inbox.handler()), std::runtime_error);

  tcp::acceptor taken(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  TransportOptions tcp_taken;
  tcp_taken.port = taken.local_endpoint().port();
  CHECK_THROWS_WITH(Transports(io, tcp_taken, inbox.handler()), Catch::StartsWith("TCP port"));
}

TEST_CASE("TCP: both framings, byte by byte, answered in kind") {
  const std::vector<std::string> packets = {bundle(1, element(message("/a", "i", u32(0xc0db)))),
                                            message("/b", "f", u32(0))};
  for (const Framing framing : {Framing::length_prefix, Framing::slip}) {
    asio::io_context io;
    Inbox inbox;
    Transports transports(io, any_port(), inbox.handler(), inbox.on_closed());
    tcp::socket client(io);
    client.connect({asio::ip::address_v4::loopback(), transports.port()});
    client.set_option(tcp::no_delay(true));
    std::vector<std::byte> stream;
    for (const auto& packet : packets) append_frame(framing, view(packet), stream);
    for (const std::byte byte : stream) {
      asio::write(client, asio::buffer(&byte, 1));
      io.poll();
    }
    REQUIRE(run_until(io, [&] { return inbox.items.size() == packets.size(); }));
    for (std::size_t i = 0; i < packets.size(); ++i) CHECK(inbox.items[i].packet == packets[i]);

    std::vector<std::byte> expected;
    append_frame(framing, view(packets[0]), expected);
    CHECK(transports.send(inbox.items[0].from, view(packets[0])));
    std::vector<std::byte> reply(expected.size());
    bool read = false;
    asio::async_read(client, asio::buffer(reply),
                     [&](boost::system::error_code, std::size_t) { read = true; });
    REQUIRE(run_until(io, [&] { return read; }));
    CHECK(as_string(reply) == as_string(expected));

    const Endpoint who = inbox.items[0].from;
    client.close();
    REQUIRE(run_until(io, [&] { return inbox.closed.size() == 1; }));
    CHECK_FALSE(transports.send(who, view(packets[0])));
    CHECK(transports.tcp()->connections() == 0);
  }
}

TEST_CASE("TCP: what can't be OSC, a giant length, silence and a stalled frame end the connection") {
  asio::io_context io;
  Inbox inbox;
  TcpOptions options;
  options.port = 0;
  options.first_packet_ns = 300'000'000;
  options.partial_frame_ns = 100'000'000;
  options.max_connections = 3;
  TcpServer server(io, options, inbox.handler(), inbox.on_closed());
  const tcp::endpoint to(asio::ip::address_v4::loopback(), server.port());

  tcp::socket web(io), giant(io), silent(io), stalled(io), surplus(io);
  web.connect(to);
  asio::write(web, asio::buffer(std::string("GET / HTTP/1.1\r\n")));
  REQUIRE(run_until(io, [&] { return inbox.closed.size() == 1; }));
  giant.connect(to);
  asio::write(giant, asio::buffer(u32(0x00ffffff)));
  REQUIRE(run_until(io, [&] { return inbox.closed.size() == 2; }));
  CHECK(inbox.closed[1] == "a frame's length is above 65536");
  CHECK(server.counters().broken_streams == 2);

  stalled.connect(to);
  asio::write(stalled, asio::buffer(u32(100) + "/"));
  REQUIRE(run_until(io, [&] { return inbox.closed.size() == 3; }));
  CHECK(inbox.closed[2] == "left a frame unfinished");
  silent.connect(to);
  REQUIRE(run_until(io, [&] { return inbox.closed.size() == 4; }));
  CHECK(inbox.closed[3] == "said nothing");

  std::vector<tcp::socket> many;
  for (int i = 0; i < 3; ++i) {
    many.emplace_back(io);
    many.back().connect(to);
  }
  REQUIRE(run_until(io, [&] { return server.connections() == 3; }));
  surplus.connect(to);
  REQUIRE(run_until(io, [&] { return server.counters().refused == 1; }));
  CHECK(inbox.items.empty());
}

TEST_CASE("TCP: a client that does not read is not waited for") {
  asio::io_context io;
  Inbox inbox;
  Transports transports(io, any_port(), inbox.handler());
  tcp::socket client(io);
  client.connect({asio::ip::address_v4::loopback(), transports.port()});
  asio::write(client, asio::buffer(u32(8) + message("/a", "")));
  REQUIRE(run_until(io, [&] { return inbox.items.size() == 1; }));
  const std::string packet = message("/blob", "b", u32(60000) + std::string(60000, 'x'));
  int sent = 0;
  while (sent < 1000 && transports.send(inbox.items[0].from, view(packet))) {
    ++sent;
    io.poll();
  }
  CHECK(sent > 10);
  CHECK(sent < 1000);
}

TEST_CASE("liblo's oscsend is understood") {
  if (std::system("command -v oscsend >/dev/null") != 0) {
    WARN("liblo-tools are not installed");
    return;
  }
  asio::io_context io;
  Inbox inbox;
  Transports transports(io, any_port(), inbox.handler());
  const std::string port = std::to_string(transports.port());
  REQUIRE(
      std::system(("oscsend 127.0.0.1 " + port + " /part/1/note ifsTFNIhdcm 60 0.5 hello 7 0.25 x 00903c7f")
                      .c_str()) == 0);
  REQUIRE(std::system(("oscsend osc.tcp://127.0.0.1:" + port + " /part/1/gain f -6").c_str()) == 0);
  REQUIRE(run_until(io, [&] { return inbox.items.size() == 2; }));
  PacketReader reader(view(inbox.items[0].packet));
  REQUIRE(reader.ok());
  Message m;
  REQUIRE(reader.next(m));
  CHECK(m.address == "/part/1/note");
  CHECK(m.tags == "ifsTFNIhdcm");
  const std::string tcp_packet = inbox.items[1].packet;
  CHECK(inbox.items[1].from.transport == Transport::tcp);
  CHECK(tcp_packet == message("/part/1/gain", "f", u32(0xc0c00000)));
}

TEST_CASE("names are resolved without blocking, and what is no HOST:PORT is refused") {
  asio::io_context io;
  int called = 0;
  resolve(io, "127.0.0.1:9000", [&](std::optional<Endpoint> e, const std::string&) {
    ++called;
    REQUIRE(e);
    CHECK(to_text(*e) == "127.0.0.1:9000");
  });
  for (const char* bad : {"tablet", ":9000", "tablet:", "tablet:http"}) {
    resolve(io, bad, [&, bad](std::optional<Endpoint> e, const std::string& why) {
      ++called;
      CHECK_FALSE(e);
      CHECK(why == "'" + std::string(bad) + "' is not HOST:PORT");
    });
  }
  CHECK(run_until(io, [&] { return called == 5; }));
}
