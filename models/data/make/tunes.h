// Tunes to sing: melodies of MIDI and ABC files, in quarters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace continuo::make {

struct TuneNote {
  double begin = 0, end = 0;  // quarters
  int midi = 60;
};

struct Tune {
  std::string name;
  std::vector<TuneNote> notes;  // one after the other, none over the next
  double bar = 4;               // quarters
};

// Disk thread. All tunes of a folder (.mid, .midi and, with abc2midi, .abc) in the order of their names: of
// each file the voice on the lowest channel, of chords in it the top note. Tunes of fewer than 16 notes and
// those whose pitches span more than two octaves are left out. Throws std::runtime_error when there is no
// such folder, or no tune in it.
std::vector<Tune> read_tunes(const std::filesystem::path& folder);

}  // namespace continuo::make
