// Edits of a harmonic spectrum by ear: brightness (a tilt) and the balance of odd and even harmonics.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

namespace continuo {

// Audio thread. Weights for up to 128 harmonics, made again only when an edit moves.
class SpectrumEdit {
 public:
  static constexpr size_t kMaxHarmonics = 128;

  SpectrumEdit() noexcept {
    weights_.fill(1);
    for (size_t k = 1; k <= kMaxHarmonics; ++k) octave_[k - 1] = std::log2(static_cast<float>(k));
  }
  // `tilt_db` in dB an octave above the fundamental; `odd_even` -1 (even only) .. 1 (odd only). True when the
  // weights have changed.
  bool set(float tilt_db, float odd_even, float gain) noexcept {
    if (tilt_db == tilt_db_ && odd_even == odd_even_ && gain == gain_) return false;
    tilt_db_ = tilt_db, odd_even_ = odd_even, gain_ = gain;
    const float even = odd_even > 0 ? 1 - odd_even : 1, odd = odd_even < 0 ? 1 + odd_even : 1;
    for (size_t i = 0; i < kMaxHarmonics; ++i) {
      const float tilt = std::exp2(0.166096404744f * tilt_db * octave_[i]);  // dB to gain
      const float balance = i == 0 ? 1.f : (i % 2 == 1 ? even : odd);
      weights_[i] = gain * tilt * balance;
    }
    return true;
  }
  [[nodiscard]] std::span<const float, kMaxHarmonics> weights() const noexcept { return weights_; }

 private:
  std::array<float, kMaxHarmonics> weights_, octave_;
  float tilt_db_ = 0, odd_even_ = 0, gain_ = 1;
};

}  // namespace continuo
