// First inputs for the OSC fuzz targets: osc_fuzz_seeds TARGET FOLDER.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/osc/format.h"
#include "engine/osc/framing.h"
#include "engine/osc/packet_writer.h"

using namespace continuo::osc;

namespace {

const char* const kLines[] = {
    "/part/1/gain -6.0 0.5",
    "/part/1/note 60 100 1",
    "/part/{1,2}/[g-h]a?n* T F N I",
    "//gain 1",
    "/all 1 2.5 \"text\" b:00ff10 h:123456789012 t:3912345678.25 d:0.1 S:sym c:\"A\" r:#ff8000ff m:00903c7f",
    "/a [1 [2.5 [\"x\"]]] [] t:now f:inf d:-inf f:0x7fc00001",
    "\"/an address\" \"\\\"\\\\\\n\\x01\"",
    "/voice/* /voice/1/gain",
    "127.0.0.1:9000",
    "[fe80::1%2]:9000",
};

std::string as_string(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "usage: osc_fuzz_seeds TARGET FOLDER\n"), 2;
  const std::string target = arguments[1];
  const std::filesystem::path folder = arguments[2];
  std::vector<std::vector<std::byte>> packets;
  std::vector<std::byte> all(4096), inner(2048);
  BundleWriter bundle(all, TimeTag{5ull << 32}), nested(inner);
  for (const char* line : kLines) {
    auto parsed = parse_message(line);
    if (!parsed.fault.empty()) continue;
    bundle.add(parsed.packet);
    nested.add(parsed.packet);
    packets.push_back(std::move(parsed.packet));
  }
  bundle.add(nested.bytes());
  packets.emplace_back(bundle.bytes().begin(), bundle.bytes().end());

  std::vector<std::string> seeds;
  if (target == "fuzz_osc_text") {
    seeds.assign(std::begin(kLines), std::end(kLines));
  } else if (target == "fuzz_osc_packet") {
    for (const auto& packet : packets) seeds.push_back(as_string(packet));
  } else {
    for (const Framing framing : {Framing::length_prefix, Framing::slip}) {
      std::vector<std::byte> stream(1, std::byte{5});
      for (const auto& packet : packets) append_frame(framing, packet, stream);
      seeds.push_back(as_string(stream));
    }
  }
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    std::ofstream(folder / ("seed-" + std::to_string(i)), std::ios::binary) << seeds[i];
  }
  return 0;
}
