// A-weighting (IEC 61672-1): how the ear weighs frequencies at moderate levels.
//
// A digital filter of the standard's analogue one: the poles below 1 kHz by the bilinear transform, the two
// at 12.2 kHz as one-poles that agree with it in the upper band. Within 0.6 dB of the table up to 0.4 of the
// sample rate and 10 kHz.
#pragma once

#include <array>
#include <span>

namespace continuo::data {

class AWeighting {
 public:
  explicit AWeighting(double sample_rate);
  // In place; keeps state from call to call.
  void process(std::span<float> audio) noexcept;

 private:
  // One pole and one zero at 0 Hz: y = gain (x - x1) - a y1.
  struct HighPass {
    double gain = 1, a = 0, x1 = 0, y1 = 0;
  };
  std::array<HighPass, 4> high_;
  double pole_ = 0, low1_ = 0, low2_ = 0, scale_ = 1;
};

}  // namespace continuo::data
