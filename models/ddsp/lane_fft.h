// Complex FFT of sixteen signals side by side: signal l's sample n lies at [n * 16 + l].
//
// Stockham's autosorting radix-4 (one radix-2 pass for odd powers). Every inner loop runs over contiguous
// lanes, so it vectorises on any instruction set.
#pragma once

#include <vector>

namespace continuo::ddsp {

class LaneFft {
 public:
  static constexpr int kLanes = 16;
  // size: a power of two, 4 or more. Throws std::invalid_argument otherwise.
  void prepare(int size);
  int size() const { return size_; }
  // In place; work arrays of the same size [size * 16]. Neither direction scales.
  void forward(float* re, float* im, float* work_re, float* work_im) const;
  void inverse(float* re, float* im, float* work_re, float* work_im) const {
    forward(im, re, work_im, work_re);
  }

 private:
  int size_ = 0;
  std::vector<float> cosine_;  // [size], cos(-2 pi n / size)
  std::vector<float> sine_;
};

}  // namespace continuo::ddsp
