// The voices of a stretch, and examples of several voices; windows of examples.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/data/midi/example.h"
#include "models/data/midi/quantise.h"

namespace continuo::symbolic {

struct ExtractRules;

struct Voice {
  int program = 0;
  std::vector<StepNote> notes;
};

struct Voices {
  std::vector<Voice> pitched;   // in the order of the file
  std::vector<StepNote> drums;  // all drum voices together
};

Voices split_voices(const Sequence& sequence, const Quantised& stretch);

// Played rather than programmed: at least 4 different velocities, or onsets off the grid by more than 1 ms.
bool is_expressive(std::span<const StepNote> notes);

// Melody (programs 0..31), bass (32..39) and drums where all three play, with no rest of trio_gap_bars or
// longer in any of them; a combination of voices each, at most 8.
std::vector<Example> extract_trios(const Voices& voices, const Quantised& stretch, const ExtractRules& rules);

// All voices, at most the 8 with most notes, by program and drums last. None when there are less than two.
std::optional<Example> extract_multitrack(const Voices& voices, const Quantised& stretch);

// Stretches of so many bars, beginning at every bar. Notes that began before the window are left out, those
// that go on after it are cut; a window in which a track is silent is left out. Empty for multitracks.
std::vector<Example> windows(const Example& example, int bars);

// Sets `transposes` to at most -semitones .. semitones, and so that all pitches stay within 0..127; the key
// of a window is found anew. Examples of drums alone stay where they are.
void offer_transpositions(Example& example, int semitones);

std::vector<StepNote> moved(std::vector<StepNote> notes, int steps);

}  // namespace continuo::symbolic
