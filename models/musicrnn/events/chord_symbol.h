// The parts of the chord parser that its two files share.
#pragma once

#include <string_view>

#include "models/musicrnn/events/chord.h"

namespace continuo::musicrnn {

// "C", "F##", "Bb", cut off the front of `text`. -1: none there.
int take_pitch_class(std::string_view& text);

// As tonal 2, which @magenta/music uses, "N.C." apart. Throws std::invalid_argument.
Chord parse_tonal_chord(std::string_view symbol);

}  // namespace continuo::musicrnn
