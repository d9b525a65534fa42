// Any bytes as a packet: read within them, walk what is accepted, and write it as text and back.
#include <algorithm>
#include <vector>

#include "engine/osc/address_table.h"
#include "engine/osc/format.h"
#include "engine/osc/packet.h"
#include "tests/fuzz/check.h"

using namespace continuo::osc;

namespace {

const AddressTable& table() {
  static const AddressTable made = [] {
    AddressTable t;
    std::uint32_t handle = 0;
    for (const char* address :
         {"/part/1/gain", "/part/2/gain", "/part/1/gain/norm", "/part/10/note", "/master/gain", "/a"}) {
      t.insert(address, handle++);
    }
    return t;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto packet = std::as_bytes(std::span(data, size));
  PacketReader reader(packet);
  if (!reader.ok()) {
    FUZZ_CHECK(reader.fault().byte <= std::max(size, kMaxPacketBytes));
    FUZZ_CHECK(describe(reader.fault()).find("unknown fault") == std::string::npos);
  }
  std::size_t messages = 0;
  for (Message m; reader.next(m); ++messages) {
    FUZZ_CHECK(reader.ok());
    std::size_t elements = 0, bytes = 0;
    double sum = 0;
    for (const Argument& a : m.elements()) {
      ++elements;
      bytes += a.data.size();
      sum += a.number().value_or(0) + static_cast<double>(a.integer().value_or(0)) +
             (a.truth().value_or(false) ? 1 : 0);
      for (const std::byte b : a.data) sum += std::to_integer<int>(b);  // touches every byte
    }
    FUZZ_CHECK(elements == m.tags.size());
    FUZZ_CHECK(bytes <= m.data.size());
    FUZZ_CHECK(m.count() <= elements);
    (void)m.fires();
    table().lookup(m.address, [](std::uint32_t, std::string_view) {});
    PacketReader alone(m.bytes);
    FUZZ_CHECK(alone.ok());

    const std::string line = format(m);
    const ParsedMessage back = parse_message(line);
    FUZZ_CHECK(back.fault.empty());
    if (m.typed) FUZZ_CHECK(std::ranges::equal(back.packet, m.bytes));
  }
  FUZZ_CHECK(reader.ok() || messages == 0);
  return 0;
}
