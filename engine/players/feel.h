// How somebody plays: how much, how loud, and how it swings.
#pragma once

#include <array>
#include <span>

#include "engine/players/phrase.h"

namespace continuo::players {

inline constexpr int kPlaces = 4;  // sixteenths of a beat

struct Feel {
  double onsets_a_beat = 0;  // chords count once
  float velocity = 0.7f;     // 0..1, the mean
  // Of a note at each sixteenth of a beat, relative to the mean; 1 where none was.
  std::array<float, kPlaces> accents{1, 1, 1, 1};
  // Where the second of two eighths (or, in music of sixteenths, of two sixteenths) lies between the first
  // and the next: 0.5 is straight, 2/3 is a triplet.
  double swing = 0.5;
  bool swings_sixteenths = false;
};

// Any thread. Of the notes that begin within [begin, end) beats. With none: no onset, and the rest as
// default.
Feel feel_of(std::span<const PlayedNote> notes, double begin, double end);

// Any thread. Where a step of a straight grid sounds with that feel. `beat` may lie anywhere.
double swung(double beat, const Feel& feel);

}  // namespace continuo::players
