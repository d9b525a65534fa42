// The MIDI and ABC files of the folders that a set is made of.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/data/make/tools.h"
#include "models/data/midi/midi_set.h"
#include "models/data/scratch_folder.h"
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

// The tunes of an ABC file as MIDI, by abc2midi, in a temporary folder that is gone with the object.
class AbcTunes {
 public:
  // At most 20 s. Throws std::runtime_error with abc2midi's reason.
  explicit AbcTunes(const std::filesystem::path& abc);
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  ScratchFolder folder_;
  std::vector<std::filesystem::path> files_;
};

bool is_abc(const std::filesystem::path& file);  // .abc, .ABC
bool abc2midi_installed();

}  // namespace continuo::data
