// Vibrato: how fast and how wide the pitch swings around itself.
#pragma once

#include <span>

namespace continuo::data {

struct Vibrato {
  double rate_hz = 0;       // 0 where there is none
  double extent_cents = 0;  // from the middle to one side
};

// Any thread. The strongest swing between 3.5 and 9 Hz in the longest stretch with a pitch (`f0_hz` > 0),
// when that lasts 0.6 s and swings by at least 8 cents.
Vibrato find_vibrato(std::span<const float> f0_hz, double frame_rate);

}  // namespace continuo::data
