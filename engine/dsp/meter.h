// Peak and RMS of what went by.
#pragma once

#include <span>

namespace continuo::dsp {

struct MeterReading {
  float peak = 0;  // largest magnitude
  float rms = 0;   // root mean square
  long frames = 0;
};

// Audio thread; one channel. Samples that are not finite are left out.
class Meter {
 public:
  void reset() noexcept { *this = Meter(); }
  void process(std::span<const float> in) noexcept;
  // What went by since the last take(), which starts anew.
  MeterReading take() noexcept;

 private:
  double square_sum_ = 0;
  float peak_ = 0;
  long frames_ = 0;
};

}  // namespace continuo::dsp
