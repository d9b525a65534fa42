// Sine low-frequency oscillator for vibrato and tremolo; its phase is exact.
#pragma once

#include <cstdint>

namespace continuo::dsp {

// Audio thread. Phase is 64-bit fixed point: advance(a + b) is advance(a), advance(b), to the bit.
class Lfo {
 public:
  void prepare(double sample_rate) noexcept {
    sample_rate_ = sample_rate;
    reset();
  }
  void reset(double phase_turns = 0) noexcept;
  // 0 to half of the sample rate; phase goes on from where it is.
  void set_hz(double hz) noexcept;
  // -1..1, the sine `ahead` samples from now. Error below 1e-7.
  [[nodiscard]] float value(int ahead = 0) const noexcept;
  void advance(int frames) noexcept { phase_ += increment_ * static_cast<std::uint64_t>(frames); }

 private:
  double sample_rate_ = 48000;
  std::uint64_t phase_ = 0, increment_ = 0;  // turns, 2^64 a turn
};

}  // namespace continuo::dsp
