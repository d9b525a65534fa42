// Where the bar lines of a piece lie.
//
// A MIDI file has none: they are counted from the last change of metre, and from the beginning before the
// first. So a tempo that changes in the middle of a bar leaves them where they are (note-seq begins a new bar
// there). A tune that begins with a pickup often begins it at tick 0, as abc2midi's do (three in four of
// O'Neill's); then every bar that is counted from there is none. Its accents give the true ones away.
#pragma once

#include <cstdint>

#include "models/data/midi/sequence.h"

namespace continuo::symbolic {

// A bar in ticks; 0 when it is no whole number of them.
std::int64_t ticks_per_bar(Metre metre, int ticks_per_quarter);

// How long the pickup is with which the piece begins, 0 to a bar exclusive; 0 also when nothing says so. It
// is found by accents: most of a voice's loudest onsets lie on one place in the bar, most onsets of that
// place are loud, and the bar lines that the file counts have hardly any. Pieces whose voices differ, and
// pieces with drums, are left as they are.
std::int64_t pickup_ticks(const Sequence& sequence);

}  // namespace continuo::symbolic
