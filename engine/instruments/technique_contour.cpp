// How a vocal technique moves a note.
#include "engine/instruments/technique_contour.h"

#include <algorithm>
#include <cmath>

#include "engine/dsp/fixed_chance.h"

namespace continuo {
namespace {

constexpr double kFadeInSeconds = 0.3;  // of the vibrato after its delay
constexpr float kTrillEdge = 4;         // how steep a trill goes from note to note
constexpr float kPaceSpread = 0.03f;    // of a note's rates, either way

// A voice either sings its pitch or pulses: a little fry puts no note out of tune, and most of it is all.
float fry_pull(float fry) noexcept {
  const float x = std::clamp((fry - 0.4f) / 0.4f, 0.f, 1.f);
  return x * x * (3 - 2 * x);
}

double advanced(double phase, double turns) noexcept {
  phase += turns;
  return phase - std::floor(phase);
}

}  // namespace

void MixedContour::approach(const MixedContour& to, float share) noexcept {
  const auto go = [share](float& from, float target) { from += share * (target - from); };
  // A rate means nothing while its extent is 0.
  const auto go_rate = [&](float& rate, float target, float extent) {
    if (extent > 0) return go(rate, target);
    rate = target;
  };
  go_rate(moves.vibrato_hz, to.moves.vibrato_hz, moves.vibrato_cents);
  go_rate(moves.vibrato_delay_s, to.moves.vibrato_delay_s, moves.vibrato_cents);
  go_rate(moves.trill_hz, to.moves.trill_hz, moves.trill_semitones);
  go_rate(moves.tremolo_hz, to.moves.tremolo_hz, moves.tremolo_db);
  go_rate(moves.glide_s, to.moves.glide_s, moves.glide_semitones);
  go_rate(moves.fry_hz, to.moves.fry_hz, fry);
  go(moves.vibrato_cents, to.moves.vibrato_cents);
  go(moves.trill_semitones, to.moves.trill_semitones);
  go(moves.tremolo_db, to.moves.tremolo_db);
  go(moves.glide_semitones, to.moves.glide_semitones);
  go(moves.jitter_cents, to.moves.jitter_cents);
  go(moves.shimmer_db, to.moves.shimmer_db);
  go(fry, to.fry);
}

void ContourMixer::add(const ddsp::Contour& c, float amount) noexcept {
  if (!(amount > 0)) return;
  const auto pair = [amount](float& extents, Mean& rates, float extent, float rate) {
    if (!(extent > 0)) return;
    extents += amount * extent;
    rates.add(rate, amount * extent);
  };
  if (c.vibrato_hz > 0) {
    pair(sum_.vibrato_cents, vibrato_hz_, c.vibrato_cents, c.vibrato_hz);
    vibrato_delay_.add(c.vibrato_delay_s, amount * c.vibrato_cents);
  }
  if (c.trill_hz > 0) pair(sum_.trill_semitones, trill_hz_, c.trill_semitones, c.trill_hz);
  if (c.tremolo_hz > 0) pair(sum_.tremolo_db, tremolo_hz_, c.tremolo_db, c.tremolo_hz);
  if (c.glide_s > 0) pair(sum_.glide_semitones, glide_s_, c.glide_semitones, c.glide_s);
  sum_.jitter_cents += amount * c.jitter_cents;
  sum_.shimmer_db += amount * c.shimmer_db;
  if (c.fry_hz > 0) {
    fry_ += amount;
    fry_octaves_.add(std::log2(c.fry_hz), amount);
  }
}

MixedContour ContourMixer::mixed() const noexcept {
  MixedContour out{sum_, std::min(1.f, fry_)};
  out.moves.vibrato_hz = vibrato_hz_.value();
  out.moves.vibrato_delay_s = vibrato_delay_.value();
  out.moves.trill_hz = trill_hz_.value();
  out.moves.tremolo_hz = tremolo_hz_.value();
  out.moves.glide_s = glide_s_.value();
  out.moves.fry_hz = fry_ > 0 ? std::exp2(fry_octaves_.value()) : 0;
  return out;
}

float ContourPlayer::chance(uint32_t stream) const noexcept {
  return std::sqrt(3.f) *
         dsp::signed_chance(seed_ * 0x9e3779b9u + frame_ * 0x85ebca77u + stream * 0x7f4a7c15u);
}

float ContourPlayer::pace() const noexcept {
  return 1 + kPaceSpread * dsp::signed_chance(seed_ * 0x9e3779b9u + 0x51ed270bu);
}

ContourPoint ContourPlayer::step(const MixedContour& contour, float midi, double since,
                                 double seconds) noexcept {
  const ddsp::Contour& c = contour.moves;
  ContourPoint at;
  const double along = seconds * static_cast<double>(pace());
  if (c.vibrato_cents > 0) {
    const double after = since - static_cast<double>(c.vibrato_delay_s);
    if (after > 0) {
      const auto fade = static_cast<float>(std::min(1.0, after / kFadeInSeconds));
      vibrato_ = advanced(vibrato_, along * static_cast<double>(c.vibrato_hz));
      at.cents += fade * c.vibrato_cents * static_cast<float>(std::sin(2 * M_PI * vibrato_));
    }
  }
  if (c.trill_semitones > 0) {  // begins on the lower note
    trill_ = advanced(trill_, along * static_cast<double>(c.trill_hz));
    const auto wave =
        static_cast<float>(std::tanh(-kTrillEdge * std::sin(2 * M_PI * trill_)) / std::tanh(kTrillEdge));
    at.cents += 50 * c.trill_semitones * (1 + wave);
  }
  if (c.tremolo_db > 0) {
    tremolo_ = advanced(tremolo_, along * static_cast<double>(c.tremolo_hz));
    at.db += c.tremolo_db * static_cast<float>(std::sin(2 * M_PI * tremolo_));
  }
  if (c.glide_semitones > 0 && since < static_cast<double>(c.glide_s)) {  // from below
    const auto left = 1 - static_cast<float>(since) / c.glide_s;
    at.cents -= 100 * c.glide_semitones * left * left * (3 - 2 * left);
  }
  if (contour.fry > 0 && c.fry_hz > 0) {
    const float fry_midi = 69 + 12 * std::log2(c.fry_hz / 440);
    at.cents += fry_pull(contour.fry) * 100 * std::min(0.f, fry_midi - midi);
    at.pulses = fry_pull(contour.fry);
    at.pulses_hz = c.fry_hz * pace();
  }
  at.cents += c.jitter_cents * chance(1);
  at.db += c.shimmer_db * chance(2);
  ++frame_;
  return at;
}

}  // namespace continuo
