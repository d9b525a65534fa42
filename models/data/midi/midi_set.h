// `continuo-train data midi`: a set of symbolic examples made of folders with MIDI and ABC files.
//
//   SET/set.json           an item a file
//   SET/melodies.jsonl, drums.jsonl, grooves.jsonl, bass.jsonl, trios.jsonl, multitracks.jsonl
//   SET/windows-N.jsonl    for MusicVAE: unique windows of N bars of all kinds but multitracks
//   SET/midi.partial       while it is being made; what it holds is not done again
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "models/data/midi/extract.h"

namespace continuo::data {

struct MidiOptions {
  std::vector<std::string> folders;  // or single files
  std::string use = "musicrnn";      // or "musicvae"
  std::filesystem::path out;
  symbolic::ExtractRules rules;
  std::string licence, attribution;  // where a source's README says none
  bool keep = false;                 // keep pieces with faults too
  bool overwrite = false;            // replace a set that was made with other settings
  int threads = 2;
};

// Returns 0, or 1 when `stop` became true before the end: the same call goes on from there. Throws
// std::runtime_error when there is nothing to read, or the set can't be written.
int make_midi_set(const MidiOptions& options, const std::atomic<bool>& stop);

}  // namespace continuo::data
