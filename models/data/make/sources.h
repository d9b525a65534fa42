// Ready sources: what `continuo-train data make NAME` can make, from Debian packages and our own code alone.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "models/data/make/made_folder.h"

namespace continuo::make {

struct ReadySource {
  std::string name, what, licence;
  std::vector<std::string> packages;  // installed or downloaded on request
};
std::vector<ReadySource> list_sources();

// Disk thread. Returns the exit code: 0 done, 130 stopped (the same command goes on). Throws
// std::runtime_error with a message for the user: an unknown name, a missing tool, a folder of another make.
int make_source(const MakeOptions& options, const std::atomic<bool>& stop);

// The makers, one a file.
int make_singer_set(const MakeOptions& options, const std::atomic<bool>& stop);
int make_instrument_set(const MakeOptions& options, const std::atomic<bool>& stop);
int make_folk_singing(const MakeOptions& options, const std::atomic<bool>& stop);
int make_festival_set(const MakeOptions& options, const std::atomic<bool>& stop);
int make_texture_set(const MakeOptions& options, const std::atomic<bool>& stop);
int make_mma_set(const MakeOptions& options, const std::atomic<bool>& stop);
int make_midi_set(const MakeOptions& options, const std::atomic<bool>& stop);

}  // namespace continuo::make
