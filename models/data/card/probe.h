// `continuo-train data probe`: the edges of a set, and how badly a model explains each item.
#pragma once

#include <atomic>
#include <filesystem>

#include "models/data/card/facts.h"

namespace continuo::data {

struct ProbeOptions {
  std::filesystem::path set;
  std::filesystem::path model;  // a DDSP model file; empty: the set alone
  std::size_t shown = 8;        // the worst and the best that are written to listen to
};

// Disk thread, and two more while a model plays. Ranks the kept items by how unusual they are; with a model,
// plays each item's tracks on it, measures the spectral distance, and writes the worst and the best as
// SET/probe/ID.original.wav and ID.model.wav. Writes SET/probe.json and draws the card anew. When `stop`
// becomes true it ends early, says so, and keeps what it measured for the next run. Returns the exit code.
// Throws std::runtime_error (io::Error for the model file) saying what is wrong.
int probe(const ProbeOptions& options, const std::atomic<bool>& stop);

}  // namespace continuo::data
