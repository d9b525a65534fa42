// What keeps bad numbers out of the mix.
#pragma once

#include <cstddef>
#include <span>

namespace continuo::dsp {

// Audio thread. Sets what is NaN or infinite in `buffer` to 0; returns how many samples that were.
std::size_t flush_nonfinite(std::span<float> buffer) noexcept;

// Audio thread. A filter state so small that it would soon be denormal becomes 0, for threads without
// FTZ (rt::disable_denormals).
inline double flush_tiny(double state) noexcept {
  return state < 1e-30 && state > -1e-30 ? 0.0 : state;
}

}  // namespace continuo::dsp
