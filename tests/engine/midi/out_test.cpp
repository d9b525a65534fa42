// The output on a private JACK server, heard by the hub.
#include "engine/midi/out.h"

#include <catch2/catch.hpp>

#include "engine/midi/hub.h"
#include "engine/rt/frame_clock.h"
#include "tests/engine/audio/jack_server.h"

using namespace continuo;
using namespace continuo::midi;
using continuo::test::JackServer;
using continuo::test::wait_for;

TEST_CASE("without a server a message is dropped, and nothing waits") {
  setenv("JACK_DEFAULT_SERVER", "continuo-test-none", 1);
  Out out({"continuo-midi-out", "jack"});
  CHECK(out.send(0x90, 60, 100));
}

TEST_CASE("notes come out in order, and those that sound end with the output") {
  const JackServer server;
  HubOptions options;
  options.select = "player";
  options.only_api = "jack";
  Hub hub(options);
  auto out = std::make_unique<Out>(OutOptions{"player", "jack"});
  RawMessage message;
  REQUIRE(wait_for([&] {  // the hub looks for ports each second
    out->send(0xe0, 0, 64);
    return hub.poll(message);
  }));
  for (uint8_t key = 1; key <= 20; ++key) REQUIRE(out->send(0x90, key, 100));
  for (int key = 1; key <= 20;) {
    REQUIRE(wait_for([&] { return hub.poll(message); }));
    if (message.bytes[0] == 0xe0) continue;
    CHECK(message.bytes[0] == 0x90);
    CHECK(message.bytes[1] == key++);
  }
  // What is to leave later lets go first what is to leave before it; it does not leave before its time.
  const int64_t now = rt::monotonic_ns();
  constexpr int64_t kMs = 1'000'000;
  REQUIRE(out->send_at(0x80, 42, 0, now + 60 * kMs));
  REQUIRE(out->send_at(0x90, 42, 100, now + 30 * kMs));
  REQUIRE(out->send(0xb0, 42, 1));
  for (const auto& [status, after] : {std::pair{0xb0, int64_t{0}}, {0x90, 30 * kMs}, {0x80, 60 * kMs}}) {
    REQUIRE(wait_for([&] { return hub.poll(message); }));
    CHECK(message.bytes[0] == status);
    CHECK(rt::monotonic_ns() >= now + after);
  }
  out.reset();
  for (int key = 1; key <= 20; ++key) {
    REQUIRE(wait_for([&] { return hub.poll(message); }));
    CHECK(message.bytes[0] == 0x80);
    CHECK(message.bytes[1] == key);
  }
}
