// The frame clock follows the device, not the jitter of its callbacks.
#include "engine/rt/frame_clock.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <thread>

using namespace continuo::rt;

TEST_CASE("Frames and times agree, both ways") {
  FrameClock clock;
  clock.prepare(48000);
  for (uint64_t block = 0; block < 2000; ++block) {
    clock.advance(block * 64, 64, static_cast<int64_t>(std::llround(block * 64 * 1e9 / 48000)));
  }
  CHECK(clock.frame_at(static_cast<int64_t>(1e9 * 2)) == Approx(96000).margin(1));
  CHECK(static_cast<double>(clock.time_of(96000)) == Approx(2e9).margin(20e3));
  CHECK(clock.read().next_frame == 2000 * 64);
}

TEST_CASE("Before the first callback it is frame 0") {
  FrameClock clock;
  clock.prepare(48000);
  CHECK(clock.frame_at(monotonic_ns()) == 0);
}

TEST_CASE("Half a millisecond of jitter is smoothed to under a tenth") {
  FrameClock clock;
  clock.prepare(48000);
  std::mt19937 random(3);
  std::uniform_real_distribution<double> jitter(0, 0.5e6);
  double worst = 0;
  for (uint64_t block = 0; block < 20000; ++block) {
    const double exact = static_cast<double>(block) * 64 * 1e9 / 48000;
    clock.advance(block * 64, 64, static_cast<int64_t>(exact + jitter(random)));
    if (block < 5000) continue;
    const double seen = static_cast<double>(clock.time_of(block * 64));
    worst = std::max(worst, std::fabs(seen - exact - 0.25e6));
  }
  CHECK(worst < 0.1e6);
}

TEST_CASE("A callback that is held up moves nothing; a device that jumps is followed") {
  FrameClock clock;
  clock.prepare(48000);
  const auto exact = [](uint64_t block) { return static_cast<double>(block) * 64 * 1e9 / 48000; };
  double shift = 0;
  for (uint64_t block = 0; block < 20000; ++block) {
    const double held_up = block % 100 == 99 ? 1.2e6 : 0;
    if (block == 15000) shift = 5e6;
    clock.advance(block * 64, 64, static_cast<int64_t>(exact(block) + held_up + shift));
    if (block < 15000 || block > 15010) {
      const double seen = static_cast<double>(clock.time_of(block * 64));
      REQUIRE(std::fabs(seen - exact(block) - shift) < 5e3);
    }
  }
}

TEST_CASE("A drifting device is followed") {
  FrameClock clock;
  clock.prepare(48000);
  const double real_rate = 48000 * 1.0005;
  for (uint64_t block = 0; block < 20000; ++block) {
    clock.advance(block * 64, 64, static_cast<int64_t>(static_cast<double>(block) * 64 * 1e9 / real_rate));
  }
  CHECK(1e9 / clock.read().frame_ns == Approx(real_rate).epsilon(1e-5));
}

TEST_CASE("Readers never see half of an update") {
  FrameClock clock;
  clock.prepare(48000);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (uint64_t block = 0; block < 200000; ++block)
      clock.advance(block * 64, 64, static_cast<int64_t>(block * 1000));
    done = true;
  });
  while (!done) {
    const FrameClock::Reading reading = clock.read();
    if (reading.next_frame != 0) REQUIRE(reading.next_frame == reading.frame + 64);
  }
  writer.join();
}
