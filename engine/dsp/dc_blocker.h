// First-order high-pass that removes DC.
#pragma once

#include <span>

namespace continuo::dsp {

// Audio thread; one channel. y[n] = x[n] - x[n-1] + r y[n-1]; samples that are not finite count as 0.
class DcBlocker {
 public:
  // -3 dB at cutoff_hz.
  void prepare(double sample_rate, double cutoff_hz = 5) noexcept;
  void reset() noexcept { input_ = output_ = 0; }
  void process(std::span<float> buffer) noexcept;

 private:
  double pole_ = 0.9993, gain_ = 1, input_ = 0, output_ = 0;
};

}  // namespace continuo::dsp
