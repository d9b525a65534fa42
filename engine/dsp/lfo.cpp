#include "engine/dsp/lfo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace continuo::dsp {

void Lfo::reset(double phase_turns) noexcept {
  phase_ = static_cast<std::uint64_t>((phase_turns - std::floor(phase_turns)) * 0x1p53) << 11;
}

void Lfo::set_hz(double hz) noexcept {
  const double turns = hz / sample_rate_;
  increment_ = turns > 0 ? static_cast<std::uint64_t>(std::min(turns, 0.5) * 0x1p64) : 0;
}

float Lfo::value(int ahead) const noexcept {
  const std::uint64_t phase = phase_ + increment_ * static_cast<std::uint64_t>(ahead);
  // Signed turns -0.5..0.5; a double of 53 bits is exact enough.
  const double turns = static_cast<double>(static_cast<std::int64_t>(phase)) * 0x1p-64;
  return static_cast<float>(std::sin(2 * std::numbers::pi * turns));
}

}  // namespace continuo::dsp
