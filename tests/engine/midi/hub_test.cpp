// Inputs on a private JACK server, played by a second RtMidi client.
#include "engine/midi/hub.h"

#include <rtmidi/RtMidi.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>

#include "engine/audio/device_keeper.h"
#include "tests/engine/audio/jack_server.h"

using namespace continuo;
using namespace continuo::midi;
using continuo::test::JackServer;
using continuo::test::wait_for;

namespace {

bool hears_line(Hub& hub, const std::string& text) {
  std::string line;
  return wait_for([&] { return hub.poll_line(line) && line.find(text) != std::string::npos; });
}

void send(RtMidiOut& out, std::vector<unsigned char> bytes) {
  out.sendMessage(&bytes);
}

// Plays notes until the first is heard (the connection is made a moment after the port), then 50 that must
// all come, in order.
void play_through(Hub& hub, RtMidiOut& out) {
  RawMessage message;
  REQUIRE(wait_for([&] {
    send(out, {0x80, 0, 0});
    return hub.poll(message);
  }));
  for (int key = 1; key <= 50; ++key) send(out, {0x90, static_cast<unsigned char>(key), 100});
  for (int key = 1; key <= 50;) {
    REQUIRE(wait_for([&] { return hub.poll(message); }));
    if (message.bytes[0] == 0x80) continue;
    REQUIRE(message.size == 3);
    REQUIRE(message.bytes[0] == 0x90);
    REQUIRE(message.bytes[1] == key);
    REQUIRE(message.time_ns > 0);
    ++key;
  }
}

HubOptions on_jack(const std::string& select) {
  HubOptions options;
  options.select = select;
  options.only_api = "jack";
  return options;
}

}  // namespace

TEST_CASE("no server and no sequencer: a line each, nothing else") {
  setenv("JACK_DEFAULT_SERVER", "continuo-test-none", 1);
  Hub hub({});
  std::string first, line;
  REQUIRE(wait_for([&] { return hub.poll_line(first); }));
  CHECK_THAT(first, Catch::Contains("not there") || Catch::Contains("no inputs yet"));
  CHECK(list_inputs().size() < 1000);
  Hub none(HubOptions{"none", true, "continuo-midi", ""});
  CHECK_FALSE(none.poll_line(line));
  unsetenv("JACK_DEFAULT_SERVER");
}

TEST_CASE("a port is found by a part of its name, and others are not") {
  JackServer server;
  RtMidiOut keys(RtMidi::UNIX_JACK, "KeyStation");
  keys.openVirtualPort("out");
  RtMidiOut other(RtMidi::UNIX_JACK, "Launchpad");
  other.openVirtualPort("out");
  Hub hub(on_jack("keystation"));
  REQUIRE(hears_line(hub, "listens to KeyStation:out"));
  play_through(hub, keys);
  send(other, {0x90, 99, 1});
  play_through(hub, keys);  // no key 99 between
  CHECK(hub.dropped() == 0);
}

TEST_CASE("a port that comes later is taken, and taken again after it was away") {
  JackServer server;
  Hub hub(on_jack("all"));
  REQUIRE(hears_line(hub, "no inputs yet"));
  for (int round = 0; round < 2; ++round) {
    {
      RtMidiOut keys(RtMidi::UNIX_JACK, "KeyStation");
      keys.openVirtualPort("out");
      REQUIRE(hears_line(hub, "listens to KeyStation:out"));
      play_through(hub, keys);
    }
    REQUIRE(hears_line(hub, "no inputs yet"));
  }
}

TEST_CASE("the virtual port is connected from outside") {
  JackServer server;
  Hub hub(on_jack("a port that is not there"));
  REQUIRE(hears_line(hub, "no inputs yet"));
  RtMidiOut keys(RtMidi::UNIX_JACK, "keys");
  keys.openVirtualPort("out");
  REQUIRE(wait_for([&] {
    return test::run({"jack_connect", "-s", server.name(), "keys:out", "continuo-midi:continuo"}) == 0;
  }));
  play_through(hub, keys);
}

TEST_CASE("after the server died and came back, reopen() finds it") {
  JackServer server;
  Hub hub(on_jack("keys"));
  REQUIRE(hears_line(hub, "no inputs yet"));
  server.stop(SIGKILL);
  REQUIRE(server.start(48000, 64));
  hub.reopen();
  REQUIRE(hears_line(hub, "no inputs yet"));
  RtMidiOut keys(RtMidi::UNIX_JACK, "keys");
  keys.openVirtualPort("out");
  REQUIRE(hears_line(hub, "listens to keys:out"));
  play_through(hub, keys);
}

TEST_CASE("audio and MIDI survive the server's death together") {
  struct Silence : AudioCallback {
    std::atomic<uint64_t> blocks{0};
    void process(const AudioBlock& block) noexcept override {
      for (uint32_t c = 0; c < block.output_channels; ++c) std::fill_n(block.outputs[c], block.frames, 0.0f);
      blocks += 1;
    }
  } silence;
  JackServer server;
  DeviceKeeper keeper;
  DeviceRequest request;
  request.api = "jack";
  REQUIRE(keeper.open(request).api == "jack");
  keeper.start(silence);
  Hub hub(on_jack("keys"));
  REQUIRE(hears_line(hub, "no inputs yet"));
  for (int round = 0; round < 3; ++round) {
    server.stop(SIGKILL);
    REQUIRE(server.start(48000, 64));
    DeviceEvent event;
    REQUIRE(wait_for([&] { return keeper.poll(event) && event.kind == DeviceEvent::Kind::kReturned; }));
    REQUIRE(hears_line(hub, "no inputs yet"));
  }
  RtMidiOut keys(RtMidi::UNIX_JACK, "keys");
  keys.openVirtualPort("out");
  REQUIRE(hears_line(hub, "listens to keys:out"));
  play_through(hub, keys);
  const uint64_t blocks = silence.blocks;
  CHECK(wait_for([&] { return silence.blocks > blocks + 100; }));
}
