// The histogram's quantiles lie within a bin of the truth.
#include "engine/rt/metrics.h"

#include <catch2/catch.hpp>

using continuo::rt::Histogram;

TEST_CASE("Quantiles are right to a sixteenth of an octave") {
  Histogram histogram;
  for (int i = 1; i <= 100000; ++i) histogram.add(i * 10);
  CHECK(histogram.count() == 100000);
  CHECK(histogram.quantile_ns(0.5) == Approx(500000).epsilon(0.045));
  CHECK(histogram.quantile_ns(0.999) == Approx(999000).epsilon(0.045));
  CHECK(histogram.quantile_ns(1) == 1000000);
  CHECK(histogram.max_ns() == 1000000);
  histogram.reset();
  CHECK(histogram.quantile_ns(0.5) == 0);
}
