// The nine drums that Magenta's models know, and the General MIDI pitches that stand for them.
#pragma once

#include "models/musicrnn/events/event.h"

namespace continuo::musicrnn {

// Kick, snare, closed hat, open hat, low tom, mid tom, high tom, crash, ride.
inline constexpr int kDrumClasses = 9;

// kNone: as note-seq, which also knows 22 and 26, calls 43 a low tom and 52 a crash. -1: none of the nine.
int drum_class(int pitch, Compatibility compatibility = Compatibility::kNone) noexcept;

// The pitch that stands for the class. 0 <= drum_class < kDrumClasses.
int drum_pitch(int drum_class) noexcept;

}  // namespace continuo::musicrnn
