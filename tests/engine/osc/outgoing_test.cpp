// What liblo serialises for us is what our reader and the specification say.
#include "engine/osc/outgoing.h"

#include <lo/lo.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "engine/osc/packet.h"
#include "engine/osc/packet_writer.h"
#include "tests/engine/osc/bytes.h"

using namespace continuo::osc;
using namespace continuo::osc::test;

TEST_CASE("messages of every type that liblo knows") {
  const std::string blob = "abc";
  const auto bytes = Outgoing("/all")
                         .add(1)
                         .add(1.0f)
                         .add("text")
                         .add_blob(view(blob))
                         .add(std::int64_t{2})
                         .add(TimeTag{3})
                         .add(1.0)
                         .add(true)
                         .add(false)
                         .add_nil()
                         .add_impulse()
                         .bytes();
  CHECK(as_string(bytes) == message("/all", "ifsbhtdTFNI",
                                    u32(1) + u32(0x3f800000) + text("text") + u32(3) +
                                        std::string("abc\0", 4) + u64(2) + u64(3) + u64(0x3ff0000000000000)));
  CHECK(PacketReader(bytes).ok());
  CHECK(as_string(Outgoing("/quit").bytes()) == message("/quit", ""));
}

TEST_CASE("liblo reads what our writer writes") {
  std::byte buffer[256];
  const std::string blob = "abc";
  MessageWriter w(buffer, "/all", "ifsbhtdScmTFNI");
  w.add(-2)
      .add(0.5f)
      .add("text")
      .add_blob(view(blob))
      .add(std::int64_t{-3})
      .add(TimeTag{7ull << 32 | 8})
      .add(0.1);
  w.add("sym").add_bits('A').add_bits(0x00903c7f);
  const auto bytes = w.bytes();
  REQUIRE_FALSE(bytes.empty());
  int fault = 0;
  const lo_message m = lo_message_deserialise(buffer, bytes.size(), &fault);
  CHECK(fault == 0);
  REQUIRE(m != nullptr);
  CHECK(std::string(lo_message_get_types(m)) == "ifsbhtdScmTFNI");
  std::size_t size = 0;
  void* again = lo_message_serialise(m, "/all", nullptr, &size);
  CHECK(as_string({static_cast<const std::byte*>(again), size}) == as_string(bytes));
  std::free(again);
  lo_message_free(m);
}

TEST_CASE("bundles, also in bundles, outlive the messages they were made of") {
  OutgoingBundle outer(TimeTag{5ull << 32});
  {
    OutgoingBundle inner(TimeTag{6ull << 32});
    const Outgoing b = Outgoing("/b").add("x");
    inner.add(b);
    outer.add(Outgoing("/a").add(1)).add(inner);
  }
  CHECK(as_string(outer.bytes()) ==
        bundle(5ull << 32, element(message("/a", "i", u32(1))) +
                               element(bundle(6ull << 32, element(message("/b", "s", text("x")))))));
}
