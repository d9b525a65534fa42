#include "engine/dsp/dc_blocker.h"

#include <cmath>
#include <numbers>

#include "engine/dsp/guard.h"

namespace continuo::dsp {

void DcBlocker::prepare(double sample_rate, double cutoff_hz) noexcept {
  // Bilinear transform of s / (s + w): unity gain at Nyquist, -3 dB at the cutoff exactly.
  const double w = std::tan(std::numbers::pi * cutoff_hz / sample_rate);
  pole_ = (1 - w) / (1 + w);
  gain_ = 1 / (1 + w);
  reset();
}

void DcBlocker::process(std::span<float> buffer) noexcept {
  for (float& x : buffer) {
    const double in = std::isfinite(x) ? static_cast<double>(x) : 0.0;
    output_ = flush_tiny(gain_ * (in - input_) + pole_ * output_);
    input_ = in;
    x = static_cast<float>(output_);
  }
}

}  // namespace continuo::dsp
