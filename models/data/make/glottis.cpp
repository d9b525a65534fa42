#include "models/data/make/glottis.h"

#include <algorithm>
#include <cmath>

namespace continuo::make {
namespace {

constexpr double kLeak = 0.12;             // breath through the closed glottis, of that through the open one
constexpr double kNoiseColour = 0.35;      // a gentle high-pass: turbulence has little below 1 kHz
constexpr double kLateWhenDoubled = 0.12;  // of a period
constexpr double kWeakWhenDoubled_db = -9;

}  // namespace

GlottalPulse::GlottalPulse(double rd) {
  rd = std::clamp(rd, 0.3, 2.7);
  const double ra = (-1 + 4.8 * rd) / 100, rk = (22.4 + 11.8 * rd) / 100;
  const double rg = rk / (4 * (0.11 * rd / (0.5 + 1.2 * rk) - ra));
  tp_ = 1 / (2 * rg);
  te_ = tp_ * (1 + rk);
  ta_ = ra;
  const double rest = 1 - te_, omega = M_PI / tp_;
  // epsilon ta = 1 - exp(-epsilon rest), by fixed point: it converges from 1 / ta.
  epsilon_ = 1 / ta_;
  for (int i = 0; i < 60; ++i) epsilon_ = (1 - std::exp(-epsilon_ * rest)) / ta_;
  const double tail = std::exp(-epsilon_ * rest);
  const double closing = -((1 - tail) / epsilon_ - rest * tail) / (epsilon_ * ta_);
  // alpha such that the flow returns to zero: the derivative's area over the period is none.
  const auto area = [&](double alpha) {
    const double grown = std::exp(alpha * te_), s = std::sin(omega * te_), c = std::cos(omega * te_);
    const double e0 = -1 / (grown * s);
    return e0 * (grown * (alpha * s - omega * c) + omega) / (alpha * alpha + omega * omega) + closing;
  };
  double low = -30, high = 150;  // area falls as alpha grows
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (area(middle) > 0 ? low : high) = middle;
  }
  alpha_ = 0.5 * (low + high);
  e0_ = -1 / (std::exp(alpha_ * te_) * std::sin(omega * te_));
}

double GlottalPulse::operator()(double phase) const {
  if (phase < te_) return e0_ * std::exp(alpha_ * phase) * std::sin(M_PI * phase / tp_);
  return -(std::exp(-epsilon_ * (phase - te_)) - std::exp(-epsilon_ * (1 - te_))) / (epsilon_ * ta_);
}

double GlottalPulse::opening(double phase) const {
  if (phase >= te_) return 0;
  const double s = std::sin(M_PI * phase / te_);
  return s * s;
}

void Glottis::begin_pulse(const Phonation& phonation) {
  // Shapes in steps of 1 %: solving one anew for each pulse would hear no difference.
  const double rd = std::round(phonation.rd * 100) / 100;
  if (rd != rd_) {
    rd_ = rd;
    pulse_ = GlottalPulse(rd);
  }
  weak_ = !weak_;
  const double late = (weak_ ? 1 : -1) * kLateWhenDoubled * phonation.doubling;
  const double jitter = std::clamp(phonation.jitter * random_.normal(), -0.3, 0.3);
  stretch_ = 1 / (1 + jitter + late);
  const double weak_db = weak_ ? kWeakWhenDoubled_db * phonation.doubling : 0;
  level_ = std::pow(10, (weak_db + phonation.shimmer_db * random_.normal()) / 20);
}

double Glottis::tick(double hz, double gain, const Phonation& phonation) {
  if (phase_ >= 1) {
    phase_ -= std::floor(phase_);
    begin_pulse(phonation);
  }
  const double fresh = random_.uniform(-1, 1);
  const double breath = fresh - kNoiseColour * noise_;
  noise_ = fresh;
  const double gate = kLeak + (1 - kLeak) * pulse_.opening(phase_);
  const double noise = std::pow(10, phonation.aspiration_db / 20) * gate * breath;
  const double out = gain * (level_ * pulse_(phase_) + noise);
  phase_ += hz * stretch_ / sample_rate_;
  return out;
}

}  // namespace continuo::make
