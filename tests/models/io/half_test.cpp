// Half precision against its definition: every one of the 65,536 halves, and every rounding boundary.
#include "models/io/half.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

using namespace continuo::io;

TEST_CASE("halves mean what IEEE 754 says") {
  CHECK(half_to_float(0x3c00) == 1.0f);
  CHECK(half_to_float(0xc000) == -2.0f);
  CHECK(half_to_float(0x7bff) == 65504.0f);
  CHECK(half_to_float(0x0001) == std::ldexp(1.0f, -24));
  CHECK(std::signbit(half_to_float(0x8000)));
  CHECK(std::isinf(half_to_float(0x7c00)));
  CHECK(std::isnan(half_to_float(0x7e01)));
}

TEST_CASE("every half survives the way through float") {
  int wrong = 0;
  for (int bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(std::uint16_t(bits));
    if (std::isnan(value)) {
      wrong += !std::isnan(half_to_float(float_to_half(value)));
    } else {
      wrong += float_to_half(value) != bits;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("between two halves the nearer is taken, and the even one of two equally near") {
  int wrong = 0;
  for (int bits = 0; bits < 0x7bff; ++bits) {
    const float low = half_to_float(std::uint16_t(bits)), high = half_to_float(std::uint16_t(bits + 1));
    const float middle = 0.5f * (low + high);  // exact in float
    const auto even = std::uint16_t(bits + (bits & 1));
    wrong += float_to_half(middle) != even;
    wrong += float_to_half(std::nextafter(middle, 0.0f)) != bits;
    wrong += float_to_half(std::nextafter(middle, 1e9f)) != bits + 1;
    wrong += float_to_half(-middle) != (0x8000 | even);
  }
  CHECK(wrong == 0);
  CHECK(float_to_half(65519.0f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(1e-9f) == 0);
}
