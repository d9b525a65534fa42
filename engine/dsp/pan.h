// Equal-power pan law and crossfade.
#pragma once

#include <span>

#include "engine/dsp/ramp.h"

namespace continuo::dsp {

struct PanGains {
  float left = 0.70710678f, right = 0.70710678f;
};

// Any thread. `position` -1 (left) to 1 (right), clamped; NaN is the centre. left^2 + right^2 = 1, -3 dB in
// the centre, and exactly 0 on the far side.
PanGains equal_power_pan(float position) noexcept;

// Audio thread. From one signal to another over some frames, sample by sample, with equal power.
class Crossfade {
 public:
  // Jumps: 0 is all of a, 1 all of b.
  void set(float position) noexcept { position_.set(position); }
  void go(float position, int frames) noexcept { position_.go(position, frames); }
  [[nodiscard]] bool moving() const noexcept { return position_.moving(); }
  [[nodiscard]] float position() const noexcept { return position_.value(); }
  // out may be a or b. All the same length.
  void process(std::span<const float> a, std::span<const float> b, std::span<float> out) noexcept;

 private:
  Ramp position_;
};

}  // namespace continuo::dsp
