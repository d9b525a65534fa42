// What liblo serialises for us is what our reader and the specification say.
#include "engine/osc/outgoing.h"

#include <catch2/catch.hpp>

#include "engine/osc/packet.h"
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
