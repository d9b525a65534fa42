#include "engine/dsp/adsr.h"

#include <algorithm>
#include <cmath>

namespace continuo::dsp {

namespace {

// How many time constants of an exponential a segment spans. Attack bends little, as a capacitor charged
// to 1.5 would; decay and release come within -43 dB before the segment is rescaled to end exactly.
constexpr double kAttackCurve = 1.1, kFallCurve = 5.0;
constexpr double kSustainSmoothing_s = 0.01;

float time_s(float wanted, float old) {
  return wanted == wanted ? std::clamp(wanted, 0.f, 60.f) : old;
}

}  // namespace

void Adsr::prepare(double sample_rate) noexcept {
  sample_rate_ = sample_rate;
  reset();
}

void Adsr::reset() noexcept {
  stage_ = Stage::idle;
  level_ = end_ = 0;
  left_ = 0;
}

void Adsr::set(const AdsrSpec& spec) noexcept {
  const float sustain = spec.sustain == spec.sustain ? std::clamp(spec.sustain, 0.f, 1.f) : spec_.sustain;
  const bool moved = sustain != spec_.sustain;
  spec_ = {time_s(spec.attack_s, spec_.attack_s), time_s(spec.decay_s, spec_.decay_s), sustain,
           time_s(spec.release_s, spec_.release_s)};
  if (stage_ == Stage::sustain && moved) segment(sustain, kSustainSmoothing_s * sample_rate_, kFallCurve);
}

void Adsr::segment(double end, double frames, double curvature) noexcept {
  left_ = static_cast<int>(std::lround(frames));
  end_ = end;
  straight_ = curvature == 0;
  if (left_ <= 0) {
    left_ = 0;
    level_ = end;
    return;
  }
  const double distance = level_ - end;
  if (straight_) {
    decay_ = -distance / left_;
    return;
  }
  const double rest = std::exp(-curvature);
  span_ = distance / (1 - rest);
  base_ = end - span_ * rest;
  decay_ = std::exp(-curvature / left_);
}

void Adsr::enter(Stage stage) noexcept {
  stage_ = stage;
  switch (stage) {
    case Stage::attack:
      segment(1, spec_.attack_s * sample_rate_, kAttackCurve);
      break;
    case Stage::decay:
      segment(spec_.sustain, spec_.decay_s * sample_rate_, kFallCurve);
      break;
    case Stage::release:
      segment(0, spec_.release_s * sample_rate_, kFallCurve);
      break;
    case Stage::sustain:
    case Stage::idle:
      break;
  }
}

void Adsr::gate_on() noexcept {
  enter(Stage::attack);
}

void Adsr::gate_off() noexcept {
  if (stage_ != Stage::idle && stage_ != Stage::release) enter(Stage::release);
}

void Adsr::choke(int frames) noexcept {
  if (stage_ == Stage::idle) return;
  stage_ = Stage::release;
  segment(0, frames, 0);
}

float Adsr::next() noexcept {
  // Stages of no length pass at once, within the same sample.
  while (left_ == 0 && stage_ != Stage::idle && stage_ != Stage::sustain) {
    enter(stage_ == Stage::attack ? Stage::decay : stage_ == Stage::decay ? Stage::sustain : Stage::idle);
  }
  const auto now = static_cast<float>(level_);
  if (left_ > 0) {
    if (straight_) {
      level_ += decay_;
    } else {
      span_ *= decay_;
      level_ = base_ + span_;
    }
    if (--left_ == 0) level_ = end_;
  }
  return now;
}

}  // namespace continuo::dsp
