// Clipping as it stands in a recording's own samples.
#include "models/data/audio/flat_tops.h"

#include <algorithm>
#include <cmath>

namespace continuo::data {

namespace {

constexpr int kFlat = 3, kFewestRuns = 3;
constexpr float kStep = 8.f / 32768;

}  // namespace

void FlatTops::add(float x) {
  Side& side = x > 0 ? high_ : low_;
  const float height = std::abs(x);
  if (height > side.extreme) side = {height, 0, {}, at_ / block_};  // what was counted lies below the top
  if (x == last_) {
    ++length_;
    if (height == side.extreme && stepped_ && length_ >= kFlat) count(side, length_ == kFlat ? kFlat : 1);
  } else {
    stepped_ = height > std::abs(last_) + kStep;
    last_ = x;
    length_ = 1;
  }
  ++at_;
}

void FlatTops::count(Side& side, int samples) {
  const std::size_t block = at_ / block_ - side.first;
  if (side.counts.size() <= block) side.counts.resize(block + 1, 0);
  side.counts[block] = static_cast<std::uint16_t>(std::min(65535, side.counts[block] + samples));
  if (samples == kFlat) ++side.runs;
}

void FlatTops::add_shares(std::span<float> blocks) const {
  for (const Side* side : {&high_, &low_}) {
    if (side->runs < kFewestRuns) continue;
    for (std::size_t b = 0; b < side->counts.size() && side->first + b < blocks.size(); ++b) {
      float& share = blocks[side->first + b];
      share =
          std::min(1.f, std::max(share, static_cast<float>(side->counts[b]) / static_cast<float>(block_)));
    }
  }
}

}  // namespace continuo::data
