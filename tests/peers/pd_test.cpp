// Pure Data as a client, with the objects that every Pd has: netsend, netreceive, oscformat, oscparse.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/osc/endpoint.h"
#include "engine/osc/format.h"
#include "engine/osc/outgoing.h"
#include "engine/osc/packet.h"
#include "engine/osc/udp.h"
#include "tests/engine/audio/jack_server.h"

using namespace continuo;

namespace {

// Plays a note when it is opened; says back under /pd/echo what it hears.
std::string patch(unsigned ours, unsigned its) {
  return "#N canvas 0 0 600 400 12;\n"
         "#X obj 10 10 loadbang;\n"
         "#X obj 10 40 t b b;\n"
         "#X msg 100 70 connect 127.0.0.1 " +
         std::to_string(ours) +
         ";\n"
         "#X obj 10 200 netsend -u -b;\n"
         "#X msg 10 70 57.5 100;\n"
         "#X obj 10 100 oscformat part 1 note;\n"
         "#X obj 10 130 list prepend send;\n"
         "#X obj 10 160 list trim;\n"
         "#X obj 300 40 netreceive -u -b " +
         std::to_string(its) +
         ";\n"
         "#X obj 300 70 oscparse;\n"
         "#X obj 300 100 oscformat pd echo;\n"
         "#X connect 0 0 1 0;\n#X connect 1 1 2 0;\n#X connect 1 0 4 0;\n#X connect 2 0 3 0;\n"
         "#X connect 4 0 5 0;\n#X connect 5 0 6 0;\n#X connect 6 0 7 0;\n#X connect 7 0 3 0;\n"
         "#X connect 8 0 9 0;\n#X connect 9 0 10 0;\n#X connect 10 0 6 0;\n";
}

}  // namespace

TEST_CASE("Pure Data plays a note, and reads what we write") {
  if (std::system("command -v pd > /dev/null") != 0) {
    WARN("skipped: no Pure Data (puredata-core)");
    return;
  }
  boost::asio::io_context io;
  std::vector<std::string> heard;
  osc::UdpOptions options;
  options.port = 0;
  osc::UdpPort port(io, options, [&](std::span<const std::byte> bytes, const osc::Endpoint&, std::int64_t) {
    osc::PacketReader reader(bytes);
    osc::Message message;
    while (reader.next(message)) heard.push_back(osc::format(message));
  });
  const unsigned its = 30000 + static_cast<unsigned>(getpid()) % 20000;
  const auto file = std::filesystem::temp_directory_path() / ("continuo-" + std::to_string(getpid()) + ".pd");
  std::ofstream(file) << patch(port.port(), its);
  const pid_t pd = test::spawn({"pd", "-nogui", "-noaudio", "-nomidi", file.string()});
  const auto said = [&](const std::string& text) {
    return test::wait_for([&] {
      io.poll();
      if (text[1] == 'p' && text[2] == 'd') {
        port.send(*osc::parse_endpoint("127.0.0.1:" + std::to_string(its)),
                  osc::Outgoing("/part/1/gain").add(-6.5f).add("dB").bytes());
      }
      return std::find(heard.begin(), heard.end(), text) != heard.end();
    });
  };
  CHECK(said("/part/1/note 57.5 100.0"));
  const bool echoed = said("/pd/echo \"part\" \"1\" \"gain\" -6.5 \"dB\"");
  INFO("last heard: " << heard.back());
  CHECK(echoed);
  kill(pd, SIGTERM);
  waitpid(pd, nullptr, 0);
  std::filesystem::remove(file);
}
