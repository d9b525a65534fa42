// The schedule keeps frames, then arrival, in order.
#include "engine/rt/schedule.h"

#include <catch2/catch.hpp>
#include <memory>
#include <random>

using namespace continuo::rt;

namespace {
Command at(uint64_t frame, uint32_t sequence = 0, bool scheduled = false) {
  Command command;
  command.frame = frame;
  command.sequence = sequence;
  command.scheduled = scheduled;
  return command;
}
}  // namespace

TEST_CASE("Commands come out by frame, those of one frame by arrival") {
  auto schedule = std::make_unique<Schedule>();
  std::mt19937 random(1);
  for (uint32_t i = 0; i < 3000; ++i) REQUIRE(schedule->push(at(random() % 100, i)));
  uint64_t frame = 0;
  uint32_t sequence = 0;
  while (!schedule->empty()) {
    const Command next = schedule->pop();
    REQUIRE(next.frame >= frame);
    if (next.frame == frame) REQUIRE(next.sequence >= sequence);
    frame = next.frame, sequence = next.sequence;
  }
}

TEST_CASE("A full schedule refuses and keeps what it has") {
  auto schedule = std::make_unique<Schedule>();
  for (uint32_t i = 0; i < Schedule::kCapacity; ++i) REQUIRE(schedule->push(at(i)));
  CHECK_FALSE(schedule->push(at(5)));
  CHECK(schedule->size() == Schedule::kCapacity);
  CHECK(schedule->next_frame() == 0);
}

TEST_CASE("clear_scheduled drops what time tags brought and nothing else") {
  auto schedule = std::make_unique<Schedule>();
  int told = 0;
  for (uint32_t i = 0; i < 100; ++i) REQUIRE(schedule->push(at(100 - i, i, i % 3 == 0)));
  CHECK(schedule->clear_scheduled([&](const Command& c) { told += c.scheduled ? 1 : 0; }) == 34);
  CHECK(told == 34);
  uint64_t frame = 0;
  while (!schedule->empty()) {
    const Command next = schedule->pop();
    CHECK_FALSE(next.scheduled);
    CHECK(next.frame > frame);
    frame = next.frame;
  }
  CHECK(schedule->next_frame() == UINT64_MAX);
}
