// `continuo-train data audio`: a set of clean stretches, notes or chunks made of folders with recordings.
//
//   SET/set.json                          an item a stretch
//   SET/items/ID.flac                     mono, 24 bit, at the set's rate
//   SET/items/ID.tracks.safetensors       F32 [frames]: f0_hz, confidence, db, loudness
//   SET/recordings.jsonl                  what was found in each file; the same call does not do it again
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "models/data/audio/cleanness.h"
#include "models/data/audio/segment.h"

namespace continuo::data {

struct AudioOptions {
  std::vector<std::string> folders;  // or single files
  std::string use = "ddsp";          // or "samplernn" or "nsynth"
  std::filesystem::path out;
  int sample_rate = 0;  // Hz; 0: 24000 for ddsp, else 16000
  int hop = 0;          // samples a frame; 0: 10 ms
  SilenceRules silence;
  double shortest_s = 0.5, longest_s = 20;  // of an item; ddsp
  double chunk_s = 8, overlap_s = 0;        // samplernn
  double note_s = 4;                        // nsynth
  std::string normalise;                    // empty, "peak" or "loudness"; a recording as a whole
  std::string labels;                       // empty, "folders", or a CSV file
  std::string licence, attribution;         // where a source's README says none
  std::vector<std::string> keep;            // measures that are overruled; "all"
  Limits limits;
  bool overwrite = false;  // replace a set that was made with other settings
  int threads = 2;
};

// Returns 0, or 130 when `stop` became true before the end: the same call goes on from there. Throws
// std::runtime_error when there is nothing to read, or the set can't be written.
int make_audio_set(const AudioOptions& options, const std::atomic<bool>& stop);

}  // namespace continuo::data
