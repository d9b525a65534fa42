// What somebody plays, on the transport's beats.
#pragma once

#include <vector>

namespace continuo::players {

// beat: where it begins, from the transport's first one. A beat is a quarter note.
struct PlayedNote {
  double beat = 0, beats = 0;
  int pitch = 60;         // MIDI number
  float velocity = 0.8f;  // 0..1
};

// In the order of their beats.
using Phrase = std::vector<PlayedNote>;

}  // namespace continuo::players
