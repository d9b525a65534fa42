// Any text as a message, a pattern or an endpoint: what is accepted is a good packet, and its text form is
// stable.
#include <algorithm>

#include "engine/osc/endpoint.h"
#include "engine/osc/format.h"
#include "engine/osc/pattern.h"
#include "tests/fuzz/check.h"

using namespace continuo::osc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParsedMessage parsed = parse_message(text);
  FUZZ_CHECK(parsed.fault.empty() == !parsed.packet.empty());
  if (parsed.fault.empty()) {
    PacketReader reader(parsed.packet);
    FUZZ_CHECK(reader.ok());
    Message m;
    FUZZ_CHECK(reader.next(m));
    const std::string line = format(m);
    FUZZ_CHECK(std::ranges::equal(parse_message(line).packet, parsed.packet));
  }
  const std::size_t cut = text.find(' ');
  if (cut != std::string_view::npos) {
    const bool matches = match_address(text.substr(0, cut), text.substr(cut + 1));
    FUZZ_CHECK(!matches || pattern_fault(text.substr(0, cut)) == nullptr);
  }
  if (const auto endpoint = parse_endpoint(text)) {
    FUZZ_CHECK(parse_endpoint(to_text(*endpoint)) == endpoint);
  }
  return 0;
}
