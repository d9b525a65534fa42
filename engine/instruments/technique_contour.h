// How a vocal technique moves a note: vibrato, tremolo, trill, glide, fry, jitter and shimmer.
//
// A technique acts on both halves of a voice: its code on the network's colour, its contour on the pitch and
// power that the network and the oscillators play.
#pragma once

#include <cstdint>

#include "models/ddsp/inference/config.h"

namespace continuo {

// What a note plays of the contours of several techniques.
struct MixedContour {
  ddsp::Contour moves;  // extents in proportion to the amounts; rates and times are means of those in use
  float fry = 0;  // its amount, 0..1: from 0.4 on it pulls the pitch to moves.fry_hz, from 0.8 on all the way

  // `share` 0..1: a one-pole step towards another.
  void approach(const MixedContour& to, float share) noexcept;
};

// Adds up contours in proportion to their amounts (0..1).
class ContourMixer {
 public:
  void add(const ddsp::Contour& contour, float amount) noexcept;
  [[nodiscard]] MixedContour mixed() const noexcept;

 private:
  struct Mean {
    float sum = 0, weight = 0;
    void add(float value, float by) noexcept { sum += value * by, weight += by; }
    [[nodiscard]] float value() const noexcept { return weight > 0 ? sum / weight : 0; }
  };
  ddsp::Contour sum_;
  Mean vibrato_hz_, vibrato_delay_, trill_hz_, tremolo_hz_, glide_s_, fry_octaves_;
  float fry_ = 0;
};

// Where a contour has brought a note.
struct ContourPoint {
  float cents = 0, db = 0;
  float pulses = 0,
        pulses_hz = 0;  // 0..1: how far the sound falls apart into pulses (fry), and how many a second
};

// Worker thread. One note: the same seed moves alike, whatever the block size.
class ContourPlayer {
 public:
  void start(uint32_t seed) noexcept { *this = {}, seed_ = seed; }
  // The next model frame, `seconds` after the one before and `since` seconds after the note's start. `midi`:
  // the pitch before it moves.
  ContourPoint step(const MixedContour& contour, float midi, double since, double seconds) noexcept;

 private:
  [[nodiscard]] float chance(uint32_t stream) const noexcept;  // of unit standard deviation
  [[nodiscard]] float pace() const noexcept;                   // players differ a little

  uint32_t seed_ = 0, frame_ = 0;
  double vibrato_ = 0, trill_ = 0, tremolo_ = 0;  // phases, turns
};

}  // namespace continuo
