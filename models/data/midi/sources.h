// The MIDI and ABC files of the folders that a set is made of.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/data/make/abc_tunes.h"
#include "models/data/midi/midi_set.h"
#include "models/data/set.h"

namespace continuo::data {

struct MidiFile {
  std::filesystem::path path;
  std::string source, name;  // the source's name, the path below it
  std::string split;
  bool published = false;  // its split was, and is kept whatever else has the same tune
};

struct MidiSources {
  std::vector<Source> sources;
  std::vector<MidiFile> files;   // by source and name
  std::vector<Skipped> skipped;  // those that are known but not read (MusicXML, ABC without abc2midi)
};

// Splits are by file name (split.h), in ABC books by file name and tune; a source with an info.csv that has
// the columns midi_filename and split, as Groove's, keeps the published ones. Throws std::runtime_error when
// a folder is missing.
MidiSources find_midi(const MidiOptions& options);

}  // namespace continuo::data
