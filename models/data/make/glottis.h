// The glottis: pulses of the Liljencrants-Fant model, and the breath that leaks through it.
//
// G. Fant, J. Liljencrants, Q. Lin, "A four-parameter model of glottal flow", STL-QPSR 4/1985; one shape
// parameter Rd as in G. Fant, "The LF-model revisited", STL-QPSR 2-3/1995: 0.4 pressed, 1 modal, 2.5 breathy.
// The pulse is the derivative of the flow, so radiation at the lips is in it.
#pragma once

#include "models/data/make/random.h"

namespace continuo::make {

// One LF pulse over a period of length 1, its negative peak -1.
struct GlottalPulse {
  // Rd is clamped to 0.3..2.7, where Fant's regression holds.
  explicit GlottalPulse(double rd = 1);
  // At phase 0..1 of the period.
  double operator()(double phase) const;
  // How open the glottis is, 0..1.
  double opening(double phase) const;
  // Share of the period until the main excitation.
  double open_quotient() const { return te_; }

 private:
  double tp_, te_, ta_, epsilon_, alpha_, e0_;
};

// How the cords vibrate at a moment.
struct Phonation {
  double rd = 1;
  double jitter = 0.002;       // standard deviation of a period, as a share of it
  double shimmer_db = 0.1;     // standard deviation of a pulse's level
  double aspiration_db = -40;  // noise against the pulse's peak, when the glottis is open
  double doubling = 0;         // 0..1: how much weaker and later every other pulse is
};

// The source, sample by sample.
class Glottis {
 public:
  Glottis(int sample_rate, Random random) : sample_rate_(sample_rate), random_(random) {}
  // One sample at `hz` with amplitude `gain`.
  double tick(double hz, double gain, const Phonation& phonation);

 private:
  void begin_pulse(const Phonation& phonation);

  int sample_rate_;
  Random random_;
  GlottalPulse pulse_;
  double rd_ = -1, phase_ = 1;
  double stretch_ = 1, level_ = 1;  // of this pulse: jitter and shimmer
  double noise_ = 0;
  bool weak_ = false;
};

}  // namespace continuo::make
