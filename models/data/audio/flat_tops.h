// Clipping as it stands in a recording's own samples: runs of equal ones at its highest or lowest value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace continuo::data {

// One channel, sample by sample. A run counts from three equal samples on, when it is entered by a step: the
// tops of slow sines are flat too, but round. Fewer than three runs in a recording are chance.
class FlatTops {
 public:
  explicit FlatTops(std::size_t block) : block_(block) {}
  void add(float x);
  // Raises each block's share of clipped samples to this channel's.
  void add_shares(std::span<float> blocks) const;

 private:
  struct Side {
    float extreme = 0.25f;  // lower ones are not looked at
    int runs = 0;
    std::vector<std::uint16_t> counts;  // a block, since first_
    std::size_t first = 0;
  };
  void count(Side& side, int samples);

  std::size_t block_, at_ = 0;
  float last_ = 0;
  int length_ = 1;
  bool stepped_ = false;
  Side high_, low_;
};

}  // namespace continuo::data
