// IEEE 754 half precision, converted by bit operations: the same on every machine.
#pragma once
#include <cstdint>

namespace continuo::io {

// Any thread. Exact: every half is a float. Infinities and NaN stay what they are.
float half_to_float(std::uint16_t half) noexcept;

// Any thread. Rounds to nearest, ties to even; above 65504 + half a step becomes infinity.
std::uint16_t float_to_half(float value) noexcept;

}  // namespace continuo::io
