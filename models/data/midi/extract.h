// All examples of one piece.
#pragma once

#include <vector>

#include "models/data/midi/drums.h"
#include "models/data/midi/example.h"
#include "models/data/midi/melody.h"

namespace continuo::symbolic {

struct ExtractRules {
  Grid grid = Grid::kSixteenth;
  bool find_pickup = true;  // or else bars are counted from tick 0 (bars.h)
  MelodyRules melody;
  DrumRules drums;
  int min_bars_bass = 7, min_pitches_bass = 2;
  int first_melody_program = 0, last_melody_program = 127;  // programs 32..39 are also bass
  double trio_gap_bars = 2;
  int transpose = 5;         // semitones up and down that are offered
  std::vector<int> windows;  // bars; empty: whole melodies, tracks and trios
};

// Magenta's settings: melody_rnn, drums_rnn (whole melodies of 7 bars and more, monophonic voices only).
ExtractRules musicrnn_rules();
// Magenta's settings: windows of 2, 4 and 16 bars that move by a bar, programs 0..31, the top note of chords.
ExtractRules musicvae_rules();

struct Extracted {
  std::vector<Example> examples;  // whole ones
  std::vector<Example> windows;   // their windows, unique within the piece; steps / a bar says how long
  Rejections rejected;
  int drums_too_short = 0;
  int without_whole_bars = 0;  // stretches whose bar is no whole number of steps
  std::vector<Quantised> stretches;
  double pickup_quarters = 0;  // before the first whole bar
};

// Any thread.
Extracted extract(const Sequence& sequence, const ExtractRules& rules);

}  // namespace continuo::symbolic
