#include "models/data/make/tract.h"

#include <algorithm>
#include <cmath>

namespace continuo::make {
namespace {

constexpr double kReference_cm = 17.5;
constexpr std::array<std::array<double, kFormants>, 7> kCentres_hz = {{{730, 1090, 2440, 3400, 4500},
                                                                       {530, 1840, 2480, 3500, 4500},
                                                                       {280, 2250, 2950, 3600, 4500},
                                                                       {490, 830, 2450, 3300, 4400},
                                                                       {310, 800, 2240, 3250, 4400},
                                                                       {660, 1720, 2410, 3450, 4500},
                                                                       {640, 1190, 2390, 3350, 4450}}};
constexpr std::array<double, kFormants> kWidths_hz = {70, 85, 120, 175, 250};
constexpr double kRing_hz = 2800, kRingQ = 4, kTilt_hz = 2000;

// R. Bristow-Johnson, "Audio EQ cookbook": a peak, and a first-order high shelf.
void set_peak(double& b0, double& b1, double& b2, double& a1, double& a2, double hz, double q, double db,
              double rate) {
  const double w = 2 * M_PI * hz / rate, alpha = std::sin(w) / (2 * q), g = std::pow(10, db / 40);
  const double a0 = 1 + alpha / g;
  b0 = (1 + alpha * g) / a0;
  b1 = -2 * std::cos(w) / a0;
  b2 = (1 - alpha * g) / a0;
  a1 = b1;
  a2 = (1 - alpha / g) / a0;
}

void set_shelf(double& b0, double& b1, double& a1, double hz, double db, double rate) {
  const double k = std::tan(M_PI * hz / rate), g = std::pow(10, db / 20);
  // Unity below, g above: (k sqrt(g) + g s) / (k sqrt(g) + s) in the bilinear s.
  const double kk = k * std::sqrt(g), a0 = kk + 1;
  b0 = (kk + g) / a0;
  b1 = (kk - g) / a0;
  a1 = (kk - 1) / a0;
}

}  // namespace

std::string name_of(Vowel vowel) {
  constexpr std::array<const char*, kVowels.size()> kNames = {"a", "e", "i", "o", "u", "ae", "uh"};
  return kNames[static_cast<std::size_t>(vowel)];
}

Formants formants_of(Vowel vowel, double tract_cm, double f0_hz) {
  Formants formants;
  const double scale = kReference_cm / tract_cm;
  for (std::size_t i = 0; i < kFormants; ++i) {
    formants.hz[i] = scale * kCentres_hz[static_cast<std::size_t>(vowel)][i];
    formants.width_hz[i] = std::sqrt(scale) * kWidths_hz[i];
  }
  formants.hz[0] = std::max(formants.hz[0], 1.02 * f0_hz);
  formants.hz[1] = std::max(formants.hz[1], formants.hz[0] + 200);
  formants.hz[2] = std::max(formants.hz[2], formants.hz[1] + 300);
  return formants;
}

void Tract::Resonator::set(double hz, double width_hz, double sample_rate) {
  const double r = std::exp(-M_PI * width_hz / sample_rate);
  c = -r * r;
  b = 2 * r * std::cos(2 * M_PI * hz / sample_rate);
  a = 1 - b - c;
}

void Tract::prepare(int sample_rate, double tract_cm, double ring_db, double tilt_db) {
  sample_rate_ = sample_rate;
  resonators_ = {};
  ring_ = {};
  tilt_ = {};
  const double scale = kReference_cm / tract_cm;
  for (int i = 0; i < kHigher; ++i) {
    const int number = kFormants + 1 + i;  // a tube closed at one end: 500, 1500, 2500 Hz ...
    const double hz = std::min(scale * 500 * (2 * number - 1), 0.45 * sample_rate);
    resonators_[static_cast<std::size_t>(kFormants + i)].set(hz, 250 + 100 * (i + 1), sample_rate);
  }
  set_peak(ring_.b0, ring_.b1, ring_.b2, ring_.a1, ring_.a2, kRing_hz * std::sqrt(scale), kRingQ, ring_db,
           sample_rate);
  set_shelf(tilt_.b0, tilt_.b1, tilt_.a1, kTilt_hz, tilt_db, sample_rate);
}

void Tract::shape(const Formants& formants) {
  for (std::size_t i = 0; i < kFormants; ++i) {
    resonators_[i].set(formants.hz[i], formants.width_hz[i], sample_rate_);
  }
}

double Tract::tick(double in) {
  double y = tilt_.tick(in);
  for (Resonator& resonator : resonators_) y = resonator.tick(y);
  return ring_.tick(y);
}

}  // namespace continuo::make
