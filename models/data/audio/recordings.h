// The recordings in the folders that a set is made of, and what their sources say about themselves.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/data/set.h"

namespace continuo::data {

struct Recording {
  std::filesystem::path path;
  std::string source, name;  // the source's name, the path below it
};

struct Recordings {
  std::vector<Source> sources;
  std::vector<Recording> files;  // by source and name
  std::vector<Skipped> skipped;  // what looks like sound and can't be taken
};

// Disk thread. Whatever is audio by extension, or by its first bytes where the extension says nothing.
// `leave_out` (the set being made) and other data sets are not looked into. Throws std::runtime_error when a
// folder is missing or the same folder is given twice.
Recordings find_recordings(const std::vector<std::string>& folders, const std::filesystem::path& leave_out);

// Fills in licence and attribution from a README or LICENSE in the folder: a line "licence: ...", a table's
// column or row of that name, or else the first line that has the word.
void read_rights(const std::filesystem::path& folder, Source& source);

}  // namespace continuo::data
