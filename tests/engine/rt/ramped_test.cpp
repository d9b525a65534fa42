// A ramp is a function of the frame alone.
#include "engine/rt/ramped.h"

#include <catch2/catch.hpp>

using continuo::rt::Ramped;

TEST_CASE("A ramp goes from where it is to its target, then stays") {
  Ramped gain(1);
  gain.go(0, 1000, 100);
  CHECK(gain.at(0) == 1);
  CHECK(gain.at(1000) == 1);
  CHECK(gain.at(1050) == 0.5f);
  CHECK(gain.at(1100) == 0);
  CHECK(gain.at(99999) == 0);
}

TEST_CASE("A ramp that is overtaken goes on from where it was") {
  Ramped gain(0);
  gain.go(1, 0, 100);
  gain.go(0, 50, 10);
  CHECK(gain.at(50) == 0.5f);
  CHECK(gain.at(55) == 0.25f);
  CHECK(gain.target() == 0);
  CHECK_FALSE(gain.moving(60));
}

TEST_CASE("No time is a jump") {
  Ramped gain(0);
  gain.go(1, 10, 0);
  CHECK(gain.at(10) == 1);
}
