#include "engine/dsp/tilt.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/dsp/guard.h"
#include "engine/dsp/math.h"

namespace continuo::dsp {

void TiltEq::prepare(double sample_rate, double pivot_hz) noexcept {
  // Trapezoidal integrator (Zavalishin, The Art of VA Filter Design): stable, and exact at the pivot.
  const double g = std::tan(std::numbers::pi * std::min(pivot_hz / sample_rate, 0.49));
  coefficient_ = g / (1 + g);
  reset();
}

void TiltEq::reset() noexcept {
  state_ = 0;
  low_.set(low_.target());
  high_.set(high_.target());
}

void TiltEq::set(float tilt_db, int frames) noexcept {
  const float half = tilt_db == tilt_db ? 0.5f * std::clamp(tilt_db, -48.f, 48.f) : 0.f;
  low_.go(db_to_gain(-half), frames);
  high_.go(db_to_gain(half), frames);
}

void TiltEq::process(std::span<float> buffer) noexcept {
  for (float& x : buffer) {
    const double in = std::isfinite(x) ? static_cast<double>(x) : 0.0;
    const double v = (in - state_) * coefficient_;
    const double low = v + state_;
    state_ = flush_tiny(low + v);
    const float low_gain = low_.next(), high_gain = high_.next();
    if (low_gain != 1.f || high_gain != 1.f) {
      x = static_cast<float>(low_gain * low + high_gain * (in - low));
    }
  }
}

}  // namespace continuo::dsp
