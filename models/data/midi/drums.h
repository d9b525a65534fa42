// Drum tracks as note-seq extracts them (drums_lib.py, drum_pipelines.py), and what counts as one drum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/data/midi/quantise.h"

namespace continuo::symbolic {

// Which of a table's classes a General MIDI drum pitch belongs to.
enum class DrumTable {
  kNineJs,  // 9 classes of @magenta/music: kick, snare, closed hat, open hat, low, mid, high tom, crash, ride
  kNinePython,  // 9 classes of note-seq: 22 is a closed hat, 26 an open hat, 43 a low tom, 52 a crash
  kFull,        // 61 classes: each pitch of kNineJs for itself, in the order of that table
  kRoland,  // 9 classes of the Groove MIDI data (Roland TD-11): pitches that this kit does not send are none
};

int drum_classes(DrumTable table);
// -1 for a pitch that is in no class.
int drum_class(DrumTable table, int pitch);
// The pitch that stands for the class. 0 <= drum_class < drum_classes(table).
int drum_pitch(DrumTable table, int drum_class);

struct DrumRules {
  int min_bars = 7;
  double gap_bars = 1;
  bool pad_end = false;
  int max_steps = 512;
};

struct DrumTrack {
  int start_step = 0, steps = 0;  // start: a beginning of a bar
  std::vector<StepNote> hits;     // all that was played, by step
};

// Any thread. `hits`: the drum notes of all drum voices together, sorted as Quantised::notes. `too_short`
// counts those left out. Empty when a bar is no whole number of steps.
std::vector<DrumTrack> extract_drums(std::span<const StepNote> hits, int steps_per_bar,
                                     const DrumRules& rules, int& too_short);

}  // namespace continuo::symbolic
