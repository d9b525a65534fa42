// The examples of a MIDI set as event sequences to learn from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/data/midi/example.h"
#include "models/musicrnn/events/representation.h"

namespace continuo::musicrnn {

struct Tune {
  std::string item;
  std::string split;               // "train", "valid" or "test"
  std::vector<int> events;         // codes (event.h), one a step
  std::array<int, 2> moves{0, 0};  // semitones by which a melody may be moved, first to last
};

// Disk thread. Melodies or drums of a set (SET/melodies.jsonl, drums.jsonl), as the representation's
// vocabulary asks. Pitches outside [min_pitch, max_pitch] come to its octave at the edge. Throws
// std::runtime_error when the set has none.
std::vector<Tune> read_tunes(const std::filesystem::path& set, const Representation& representation);

// The same tune, moved; drums stay.
std::vector<int> moved(const std::vector<int>& events, int semitones, const Representation& representation);

}  // namespace continuo::musicrnn
