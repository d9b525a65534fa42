// The tunes of an ABC file as MIDI, by abc2midi.
#pragma once

#include <filesystem>
#include <vector>

#include "models/data/scratch_folder.h"

namespace continuo::data {

// They lie in a temporary folder that is gone with the object.
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
