// Tempo by tapping.
#include "engine/sync/tap_tempo.h"

#include <catch2/catch.hpp>

using continuo::sync::TapTempo;

namespace {

constexpr int64_t kMs = 1'000'000;

}  // namespace

TEST_CASE("A tempo from two taps on; one late tap moves nothing") {
  TapTempo taps;
  CHECK_FALSE(taps.tap(0));
  CHECK(*taps.tap(500 * kMs) == Approx(120));
  CHECK(*taps.tap(1000 * kMs) == Approx(120));
  CHECK(*taps.tap(1560 * kMs) == Approx(120));
  CHECK(*taps.tap(2000 * kMs) == Approx(120).margin(1));
}

TEST_CASE("A rest, or another pace, begins anew") {
  TapTempo taps;
  for (int i = 0; i < 4; ++i) (void)taps.tap(i * 500 * kMs);
  CHECK_FALSE(taps.tap(9000 * kMs));
  CHECK(*taps.tap(9600 * kMs) == Approx(100));
  CHECK(*taps.tap(10200 * kMs) == Approx(100));
  (void)taps.tap(10400 * kMs);  // three times as fast
  CHECK(*taps.tap(10600 * kMs) == Approx(300));
  CHECK(*taps.tap(10600 * kMs + 1) == Approx(300).margin(1));  // bounced
}
