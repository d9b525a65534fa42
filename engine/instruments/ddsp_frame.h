// What a DDSP worker sends to the callback, once a hop and voice.
#pragma once

#include <cstdint>

#include "engine/rt/queues.h"
#include "models/ddsp/inference/control_frame.h"

namespace continuo {

struct DdspFrame {
  static constexpr int kMaxTaps = 512;

  uint16_t voice = 0;
  bool last = false;  // silence: the voice ends when it is reached
  uint32_t generation = 0;
  uint32_t index = 0;  // it stands at the note's start + index * hop
  float cents = 0;     // the oscillators' deviation from the note
  int32_t harmonic_count = 0, tap_count = 0;
  float harmonics[ddsp::kMaximumHarmonics];
  float taps[kMaxTaps];  // the noise filter, made for the device's rate
};

using DdspFrameQueue = rt::SpscQueue<DdspFrame>;

// Frames ahead of the one that plays.
inline constexpr uint32_t kDdspFramesAhead = 4;

}  // namespace continuo
