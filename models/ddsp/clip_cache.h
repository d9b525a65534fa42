// Measured frames of a clip on disk, found again by the audio's content: a second training starts at once.
#pragma once

#include <filesystem>
#include <span>

#include "models/ddsp/dataset.h"

namespace continuo::ddsp {

class ClipCache {
 public:
  // An empty folder caches nothing. The file's name is a hash (FNV-1a, 64 bit) of the samples, the sizes of
  // the frames and a version that changes with the analysis.
  ClipCache(const std::filesystem::path& folder, std::span<const float> audio, const DatasetSpec& spec);
  // Fills midi, db, voiced and controls; false when there is no whole file of this clip.
  bool load(Clip& clip) const;
  // Failing to write (full disk) is no error: the next run measures again.
  void store(const Clip& clip) const;

 private:
  std::filesystem::path file_;
  std::size_t frames_ = 0;
  int harmonics_ = 0, bands_ = 0;
};

}  // namespace continuo::ddsp
