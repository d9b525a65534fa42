// Phrases composed by rule: a line in a scale, shaped as a player would shape it.
#pragma once

#include "models/data/make/gesture.h"
#include "models/data/make/random.h"
#include "models/data/make/soundfont.h"

namespace continuo::make {

struct PhraseStyle {
  double low = 48, high = 84;  // MIDI
  double vibrato_cents = 30, vibrato_hz = 5.5;
  double softest_db = -24, loudest_db = 0;
};
PhraseStyle phrase_style(const Instrument& instrument);

// Appends one phrase of 4 to 12 notes and the rest after it, 3 to 10 s: legato, tenuto or staccato, a crest
// in dynamics somewhere, vibrato on long notes, now and then a scoop, a glide, a trill or a swell on one
// note.
void add_phrase(Gesture& gesture, const PhraseStyle& style, Random& random);

}  // namespace continuo::make
