#include "engine/dsp/ramp.h"

#include <cmath>

namespace continuo::dsp {

void OnePole::set_time(double frames) noexcept {
  coefficient_ = frames > 0 ? static_cast<float>(-std::expm1(-1 / frames)) : 1.f;
}

}  // namespace continuo::dsp
