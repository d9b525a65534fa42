// A recording read once, in blocks: how loud it is where, which channel to take, and what it is known by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace continuo::data {

constexpr int kMixed = -1;  // the mean of all channels

struct Survey {
  int sample_rate = 0;
  std::size_t channels = 0;
  double seconds = 0;
  double missing_s = 0;       // promised by the header but not there
  std::uint64_t content = 0;  // hash of all decoded samples, the rate and the channels

  int channel = kMixed;       // or the one to take, where mixing would cancel the sound
  double mixing_loss_db = 0;  // of the mix against the louder channels' mean power
  double dc = 0;
  float peak = 0;             // after the mean is taken off
  double loudness_db = -200;  // A-weighted, mean power of what lies within 20 dB of the loudest block

  double block_s = 0.01;
  std::vector<float> db;       // level of each block, at least -200
  std::vector<float> clipped;  // share of its samples that lie in flat tops
};

// Disk thread; in memory: about 3 MB an hour. Mixing is given up when it loses more than 12 dB: then the
// loudest channel is taken. Throws std::runtime_error naming the file, as SoundFile does.
Survey survey_recording(const std::filesystem::path& file);

// The share of clipped samples between two moments, at most 1.
double clipped_share(const Survey& survey, double begin_s, double end_s);

}  // namespace continuo::data
