// Chance that is the same each time: numbers that look random, made of a counter. Any thread.
#pragma once

#include <cstdint>

namespace continuo::dsp {

// The finaliser of MurmurHash3: every bit of x changes half of the result's.
constexpr std::uint32_t mixed_bits(std::uint32_t x) noexcept {
  x ^= x >> 16, x *= 0x85ebca6b, x ^= x >> 13, x *= 0xc2b2ae35, x ^= x >> 16;
  return x;
}

// -1..1
constexpr float signed_chance(std::uint32_t x) noexcept {
  return static_cast<float>(static_cast<std::int32_t>(mixed_bits(x))) * 0x1p-31f;
}

// 0..1, less than 1
constexpr float unit_chance(std::uint32_t x) noexcept {
  return static_cast<float>(mixed_bits(x) >> 8) * 0x1p-24f;
}

}  // namespace continuo::dsp
