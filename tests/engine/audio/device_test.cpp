// Devices: the null device's pace, the gate, the listing, JACK for real.
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/audio/callback_gate.h"
#include "engine/audio/device.h"
#include "engine/audio/names.h"
#include "tests/engine/audio/jack_server.h"

using namespace continuo;
using continuo::test::JackServer;
using continuo::test::wait_for;

namespace {

// Plays a ramp and counts.
struct Counter : AudioCallback {
  std::atomic<uint64_t> blocks{0}, frames{0}, largest{0};
  std::atomic<uint32_t> outputs{0}, inputs{0};
  void process(const AudioBlock& block) noexcept override {
    for (uint32_t c = 0; c < block.output_channels; ++c) {
      for (uint32_t i = 0; i < block.frames; ++i) block.outputs[c][i] = 0.25f;
    }
    blocks += 1;
    frames += block.frames;
    outputs = block.output_channels;
    inputs = block.input_channels;
    if (block.frames > largest) largest = block.frames;
  }
};

}  // namespace

TEST_CASE("the null device calls at its block size") {
  auto device = make_device("null");
  DeviceRequest request;
  request.block = 128;
  request.inputs = 1;
  const DeviceInfo info = device->open(request);
  CHECK(info.api == "null");
  CHECK(info.rate == 48000);
  CHECK(info.block == 128);
  Counter counter;
  device->start(counter);
  CHECK(device->running());
  CHECK(wait_for([&] { return counter.blocks >= 50; }));
  device->stop();
  const uint64_t blocks = counter.blocks;
  CHECK(counter.frames == blocks * 128);
  CHECK(counter.outputs == 2);
  CHECK(counter.inputs == 1);
  CHECK_FALSE(device->running());
}

TEST_CASE("the null device does not burst after a stall") {
  // The first block holds the device for 50 periods; were they made up for, frames would run ahead of the
  // clock.
  struct Staller : AudioCallback {
    std::atomic<int> blocks{0}, told{0};
    int64_t after_stall_ns = 0, tenth_ns = 0;
    void process(const AudioBlock& block) noexcept override {
      const int n = blocks.fetch_add(1);
      if (n == 0) std::this_thread::sleep_for(std::chrono::milliseconds(67));
      if (n == 1) after_stall_ns = block.time_ns;
      if (n == 11) tenth_ns = block.time_ns;
      if (block.backend_xrun) told += 1;
    }
  } staller;
  auto device = make_device("null");
  device->open({});
  device->start(staller);
  CHECK(wait_for([&] { return staller.blocks > 12; }));
  device->stop();
  CHECK(staller.told >= 1);
  // Ten blocks take at least eight periods of 1.333 ms: never less, however loaded the machine is.
  CHECK(staller.tenth_ns - staller.after_stall_ns > 8 * 1'333'333);
}

TEST_CASE("the gate lets one device in") {
  CallbackGate gate;
  Counter counter;
  gate.set_target(&counter);
  GatedCallback first(gate, 1), second(gate, 2);
  float plane[64];
  float* planes[1] = {plane};
  const AudioBlock block{nullptr, planes, 0, 1, 64, 0, false};
  first.process(block);
  CHECK(counter.blocks == 0);
  CHECK(plane[0] == 0.0f);
  gate.hand_to(2);
  first.process(block);
  CHECK(counter.blocks == 0);
  second.process(block);
  CHECK(counter.blocks == 1);
  CHECK(plane[63] == 0.25f);
  gate.close();
  second.process(block);
  CHECK(counter.blocks == 1);
  CHECK(second.blocks() == 2);
}

TEST_CASE("unknown APIs and devices are refused in words") {
  setenv("JACK_DEFAULT_SERVER", "continuo-test-none", 1);
  DeviceRequest request;
  CHECK_THROWS_WITH(make_device("soundflower")->open(request),
                    Catch::Contains("is not built in; there are: jack"));
  CHECK_THROWS_WITH(make_device("jack")->open(request), "jack: no server \"continuo-test-none\" is running");
  unsetenv("JACK_DEFAULT_SERVER");
}

TEST_CASE("the listing says when there is nothing") {
  CHECK_THAT(describe_devices({}), Catch::Contains("no audio device found"));
  const auto text = describe_devices({{"jack", "system", 2, 1, {48000}, true, false}});
  CHECK(text == "jack\tsystem\t2 out, 1 in\t48000 Hz\tdefault output\n");
}

TEST_CASE("names") {
  CHECK(contains_ignoring_case("Scarlett 2i2 USB", "scarlett"));
  CHECK(contains_ignoring_case("anything", ""));
  CHECK_FALSE(contains_ignoring_case("system", "systems"));
  CHECK(name_fault("take-1_b").empty());
  for (const char* bad : {"", "../x", "A", "a b", "-x", "a/b", "a.wav"}) CHECK_FALSE(name_fault(bad).empty());
  CHECK_FALSE(name_fault(std::string(65, 'a')).empty());
}

TEST_CASE("JACK: opens by name, plays, stops") {
  JackServer server(44100, 128);
  CHECK(list_devices("jack").size() == 1);
  auto device = make_device("jack");
  DeviceRequest request;
  request.inputs = 2;
  const DeviceInfo info = device->open(request);
  CHECK(info.device == "system");
  CHECK(info.rate == 44100);
  CHECK(info.block == 128);
  Counter counter;
  device->start(counter);
  CHECK(wait_for([&] { return counter.blocks >= 20; }));
  CHECK(device->running());
  CHECK(counter.outputs == 2);
  CHECK(counter.inputs == 2);
  CHECK(test::run({"jack_lsp", "-s", server.name(), "continuo:outport 0"}) == 0);
  device->stop();
  CHECK(counter.largest == 128);

  request.rate = 96000;
  CHECK_THROWS_WITH(device->open(request), "jack: system runs at 44100 Hz, asked for 96000 Hz");
  request.rate = 0;
  request.device = "babyface";
  CHECK_THROWS_WITH(device->open(request),
                    Catch::Contains("no device called \"babyface\" with outputs; there are: system"));
  // More outputs than the card has: opened, not connected, said.
  request.device = "";
  request.outputs = 8;
  CHECK_THAT(device->open(request).note, Catch::Contains("by hand"));
}
