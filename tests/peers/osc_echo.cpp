// A small OSC server for the peers: prints what it reads as text, and sends it back written by our own
// writer. osc_echo prints "port N" first; /quit ends it.
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <vector>

#include "engine/osc/format.h"
#include "engine/osc/outgoing.h"
#include "engine/osc/packet_writer.h"
#include "engine/osc/transports.h"

using namespace continuo::osc;

int main() try {
  boost::asio::io_context io;
  TransportOptions options;
  options.port = 0;
  Transports* reply = nullptr;
  Transports transports(io, options,
                        [&](std::span<const std::byte> packet, const Endpoint& from, std::int64_t) {
                          PacketReader reader(packet);
                          if (!reader.ok()) {
                            std::printf("refused: %s\n", describe(reader.fault()).c_str());
                            std::fflush(stdout);
                            reply->send(from, Outgoing("/refused").add(describe(reader.fault())).bytes());
                            return;
                          }
                          std::vector<std::byte> buffer(kMaxPacketBytes);
                          BundleWriter bundle(buffer);
                          bool first = true;
                          for (Message m; reader.next(m);) {
                            const std::string line = format(m);
                            std::printf("%s\n", line.c_str());
                            if (m.address == "/quit") io.stop();
                            if (first) bundle = BundleWriter(buffer, m.time);
                            first = false;
                            bundle.add(parse_message(line).packet);
                          }
                          std::fflush(stdout);
                          reply->send(from, reader.is_bundle() ? bundle.bytes() : bundle.bytes_or_single());
                        });
  reply = &transports;
  std::printf("port %u\n", unsigned{transports.port()});
  std::fflush(stdout);
  io.run();
} catch (const std::exception& e) {
  std::fprintf(stderr, "osc_echo: %s\n", e.what());
  return 1;
}
