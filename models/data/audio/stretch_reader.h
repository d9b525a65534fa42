// A recording read a second time: its stretches one after the other, mono, at the set's rate, without DC.
#pragma once

#include <soxr.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "models/data/audio/segment.h"
#include "models/data/audio/survey.h"
#include "models/data/sound_file.h"

namespace continuo::data {

// Disk thread. In memory: one stretch and a block.
class StretchReader {
 public:
  // `survey` is of the same file. Throws std::runtime_error.
  StretchReader(const std::filesystem::path& file, const Survey& survey, double gain, int sample_rate);

  // The audio of a stretch, within +-1 (what resampling makes of a loud master is cut there). A stretch may
  // begin before the last one's end, but not before its begin. Shorter at the recording's end.
  std::vector<float> read(const Stretch& stretch);

  // Is given all audio that is read, in order and once.
  void listen(std::function<void(std::span<const float>)> listener) { listener_ = std::move(listener); }

 private:
  bool more();
  void append(std::span<const float> audio);

  struct Free {
    void operator()(soxr* resampler) const { soxr_delete(resampler); }
  };
  SoundFile file_;
  int channel_, sample_rate_;
  float dc_, gain_;
  std::unique_ptr<soxr, Free> resampler_;  // none where the rates agree
  std::vector<float> frames_, mono_, resampled_;
  std::vector<float> held_;  // read and still wanted
  std::size_t held_from_ = 0;
  bool ended_ = false;
  std::function<void(std::span<const float>)> listener_;
};

}  // namespace continuo::data
