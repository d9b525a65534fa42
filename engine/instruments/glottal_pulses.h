// Vocal fry: single pulses of the glottis, each dying away before the next.
//
// A frame of a model is shorter than a pulse and two of them longer: what a network has learned of fry is its
// colour, as noise. This gives it its pulses.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/dsp/fixed_chance.h"

namespace continuo {

// Audio thread, all of it. The same samples however they are cut.
class GlottalPulses {
 public:
  void start(uint32_t seed) noexcept {
    *this = {};
    seed_ = seed;
  }
  // Pulses a second from the next sample on; above 0.
  void set_rate(double hz, double rate) noexcept {
    if (hz == hz_) return;
    hz_ = hz;
    step_ = hz / rate;
    fall_ = static_cast<float>(std::exp(-kFall * step_));
    rise_ = static_cast<float>(1 - std::exp(-1 / (kRiseSeconds * rate)));
  }
  // The next sample's gain. Its mean square is about 1.
  [[nodiscard]] float next() noexcept {
    phase_ += step_;
    if (phase_ >= 1) {
      ++pulses_;
      phase_ -= 1 + kUneven * chance();
      body_ = pulses_ % 2 == 0 ? 1.f : kWeaker;
    }
    body_ *= fall_;
    out_ += rise_ * (body_ - out_);
    return kScale * out_;
  }

 private:
  static constexpr double kFall = 3.2;  // nepers from pulse to pulse
  static constexpr double kRiseSeconds = 0.0005;
  static constexpr double kUneven = 0.03;  // of a period, either way
  static constexpr float kWeaker = 0.7f;   // each second pulse
  static constexpr float kScale = 3.f;

  [[nodiscard]] double chance() const noexcept {  // -1..1
    return static_cast<double>(dsp::signed_chance(seed_ * 0x9e3779b9u + pulses_));
  }

  uint32_t seed_ = 0, pulses_ = 0;
  double hz_ = 0, step_ = 0, phase_ = 1;  // turns
  float fall_ = 1, rise_ = 1, body_ = 0, out_ = 0;
};

}  // namespace continuo
