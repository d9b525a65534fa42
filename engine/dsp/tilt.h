// Brightness of a bus: turns the spectrum around a pivot.
#pragma once

#include <span>

#include "engine/dsp/ramp.h"

namespace continuo::dsp {

// One channel. A one-pole splits the signal at the pivot; `tilt` dB brighter means tilt / 2 dB more above it
// and tilt / 2 dB less below. At 0 dB the signal passes bit for bit. Audio thread; state advances sample by
// sample.
class TiltEq {
 public:
  void prepare(double sample_rate, double pivot_hz = 700) noexcept;
  void reset() noexcept;
  // Goes to tilt_db (clamped to -48..48, NaN is 0) over `frames`.
  void set(float tilt_db, int frames) noexcept;
  void process(std::span<float> buffer) noexcept;

 private:
  Ramp low_{1.f}, high_{1.f};  // gains
  double coefficient_ = 0, state_ = 0;
};

}  // namespace continuo::dsp
