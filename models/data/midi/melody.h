// Monophonic melodies as note-seq extracts them (melodies_lib.py, melody_pipelines.py; appendix C of the
// reference), and their keys.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/data/midi/quantise.h"

namespace continuo::symbolic {

inline constexpr int kNoEvent = -2;  // the step goes on as it was
inline constexpr int kNoteOff = -1;

struct MelodyRules {
  int min_bars = 7;
  int min_unique_pitches = 5;  // pitch classes
  double gap_bars = 1;         // so long a rest ends the melody
  bool keep_top = false;       // of notes that begin together; or else the whole voice is left out
  bool pad_end = false;        // to whole bars
  int max_steps = 512;         // longer ones are cut
};

struct Melody {
  int start_step = 0;  // a beginning of a bar
  int steps_per_bar = 16;
  std::vector<int> events;      // one a step: kNoEvent, kNoteOff or a pitch that begins
  std::vector<StepNote> notes;  // the same as notes: cut at the next onset, steps of the stretch
  int steps() const { return static_cast<int>(events.size()); }
};

// What was left out, for the card.
struct Rejections {
  int polyphonic = 0, too_short = 0, too_few_pitches = 0;
};

// Any thread. The melodies of one voice: `voice` is sorted as Quantised::notes. Empty when a bar is no whole
// number of steps.
std::vector<Melody> extract_melodies(std::span<const StepNote> voice, int steps_per_bar,
                                     const MelodyRules& rules, Rejections& rejected);

// How many of the onsets lie in each of the 12 major keys (C = 0).
std::array<int, 12> major_key_histogram(std::span<const int> events);
// The key with most of them, the lowest one on ties. 0 to 11.
int major_key(std::span<const int> events);

// Moves the melody by octaves and to the major key `to_key` (-1: as it is) so that it lies around the middle
// of [low, high), and folds what lies outside into it. Returns the semitones.
int squash(std::span<int> events, int low, int high, int to_key);

}  // namespace continuo::symbolic
