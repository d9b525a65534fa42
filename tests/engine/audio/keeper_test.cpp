// The keeper against a real JACK server that is killed, restarted and reconfigured: callbacks go on.
#include <atomic>
#include <catch2/catch.hpp>
#include <optional>

#include "engine/audio/device_keeper.h"
#include "tests/engine/audio/jack_server.h"

using namespace continuo;
using continuo::test::JackServer;
using continuo::test::wait_for;
using Kind = DeviceEvent::Kind;

namespace {

// Counts, and sees two devices at once.
struct Watcher : AudioCallback {
  std::atomic<uint64_t> blocks{0};
  std::atomic<uint32_t> frames{0};
  std::atomic<int> inside{0}, together{0};
  std::atomic<std::chrono::milliseconds> work{};  // how long a block keeps its thread
  void process(const AudioBlock& block) noexcept override {
    if (inside.fetch_add(1) != 0) together += 1;
    for (uint32_t c = 0; c < block.output_channels; ++c) {
      for (uint32_t i = 0; i < block.frames; ++i) block.outputs[c][i] = 0.0f;
    }
    const auto end = std::chrono::steady_clock::now() + work.load();
    while (std::chrono::steady_clock::now() < end) {
    }
    frames = block.frames;
    blocks += 1;
    inside -= 1;
  }
  bool goes_on(uint64_t more = 200) {
    const uint64_t before = blocks;
    return wait_for([&] { return blocks >= before + more; });
  }
};

std::optional<DeviceEvent> next(DeviceKeeper& keeper, Kind kind) {
  DeviceEvent event;
  if (wait_for([&] { return keeper.poll(event) && event.kind == kind; })) return event;
  return std::nullopt;
}

DeviceRequest on_jack() {
  DeviceRequest request;
  request.api = "jack";
  return request;
}

}  // namespace

TEST_CASE("no device: the null device, said, and a server that comes later is taken") {
  setenv("JACK_DEFAULT_SERVER", "continuo-test-none", 1);
  Watcher watcher;
  DeviceKeeper keeper;
  const DeviceInfo info = keeper.open(on_jack());
  CHECK(info.api == "null");
  CHECK_THAT(info.note, Catch::Contains("no server"));
  keeper.start(watcher);
  CHECK(watcher.goes_on());
  CHECK(keeper.on_null_device());

  JackServer server;
  const auto event = next(keeper, Kind::kReturned);
  REQUIRE(event);
  CHECK(event->info.api == "jack");
  CHECK(watcher.goes_on());
  CHECK_FALSE(keeper.on_null_device());
  keeper.stop();
  CHECK(watcher.together == 0);
}

TEST_CASE("jackd is killed and comes back, twice") {
  JackServer server;
  Watcher watcher;
  DeviceKeeper keeper;
  CHECK(keeper.open(on_jack()).api == "jack");
  keeper.start(watcher);
  REQUIRE(watcher.goes_on());
  for (const int signal : {SIGKILL, SIGTERM}) {
    server.stop(signal);
    const auto lost = next(keeper, Kind::kLost);
    REQUIRE(lost);
    CHECK(lost->info.api == "null");
    CHECK(lost->info.rate == 48000);
    CHECK(watcher.goes_on(1000));
    REQUIRE(server.start(48000, 64));
    REQUIRE(next(keeper, Kind::kReturned));
    CHECK(watcher.goes_on());
    CHECK_FALSE(keeper.on_null_device());
  }
  keeper.stop();
  const uint64_t blocks = watcher.blocks;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(watcher.blocks == blocks);
  CHECK(watcher.together == 0);
}

// JACK cancels its thread when a client closes; a block that is under way has to come to its end first.
TEST_CASE("jackd is killed in the middle of a long block") {
  JackServer server;
  Watcher watcher;
  DeviceKeeper keeper;
  CHECK(keeper.open(on_jack()).api == "jack");
  keeper.start(watcher);
  REQUIRE(watcher.goes_on());
  watcher.work = std::chrono::milliseconds(60);
  REQUIRE(wait_for([&] { return watcher.inside == 1; }));
  server.stop(SIGKILL);
  REQUIRE(next(keeper, Kind::kLost));
  watcher.work = std::chrono::milliseconds(0);
  CHECK(watcher.goes_on());
}

TEST_CASE("jack_bufsize changes the block under a running stream") {
  JackServer server;
  Watcher watcher;
  DeviceKeeper keeper;
  CHECK(keeper.open(on_jack()).block == 64);
  keeper.start(watcher);
  REQUIRE(watcher.goes_on());
  for (const uint32_t block : {256u, 4096u, 32u}) {
    REQUIRE(test::run({"jack_bufsize", std::to_string(block)}) == 0);
    const auto event = next(keeper, Kind::kReturned);
    REQUIRE(event);
    CHECK(event->info.block == block);
    CHECK(watcher.goes_on(20));
    CHECK(watcher.frames == std::min(block, kMaxBlockFrames));
  }
  CHECK(watcher.together == 0);
}

TEST_CASE("a server that comes back at another rate is refused until it fits") {
  JackServer server;
  Watcher watcher;
  DeviceKeeper keeper;
  CHECK(keeper.open(on_jack()).rate == 48000);
  keeper.start(watcher);
  REQUIRE(watcher.goes_on());
  server.stop(SIGKILL);
  REQUIRE(next(keeper, Kind::kLost));
  REQUIRE(server.start(44100, 64));
  DeviceEvent event;
  CHECK(wait_for([&] {
    return keeper.poll(event) && event.kind == Kind::kWaiting &&
           event.text == "jack: system runs at 44100 Hz, asked for 48000 Hz";
  }));
  CHECK(watcher.goes_on());
  server.stop(SIGTERM);
  REQUIRE(server.start(48000, 64));
  CHECK(next(keeper, Kind::kReturned));
  CHECK(watcher.goes_on());
  CHECK(watcher.together == 0);
}

TEST_CASE("jackd hangs: the engine goes on, and so it does when the server wakes up") {
  // A server that is stopped (SIGSTOP) neither calls nor closes; RtAudio would wait for ever.
  JackServer server;
  Watcher watcher;
  DeviceKeeper keeper;
  CHECK(keeper.open(on_jack()).api == "jack");
  keeper.start(watcher);
  REQUIRE(watcher.goes_on());
  server.signal(SIGSTOP);
  REQUIRE(next(keeper, Kind::kLost));
  CHECK(watcher.goes_on(1000));
  server.signal(SIGCONT);
  CHECK(next(keeper, Kind::kReturned));
  CHECK(watcher.goes_on());
  keeper.stop();
  CHECK(watcher.together == 0);
}
