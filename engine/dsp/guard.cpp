#include "engine/dsp/guard.h"

#include <bit>
#include <cstdint>

namespace continuo::dsp {

std::size_t flush_nonfinite(std::span<float> buffer) noexcept {
  // By bits, so that no compiler flag can assume the question away; branch-free, so that it vectorises.
  std::uint32_t count = 0;
  for (float& x : buffer) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t bad = (bits & 0x7f800000u) == 0x7f800000u ? 1u : 0u;
    count += bad;
    x = std::bit_cast<float>(bits & (bad - 1u));
  }
  return count;
}

}  // namespace continuo::dsp
