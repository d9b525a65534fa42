// What a DDSP worker sends to the callback, once a hop and voice.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/rt/queues.h"
#include "models/ddsp/inference/control_frame.h"

namespace continuo {

struct DdspFrameHead {
  uint16_t voice = 0;
  bool last = false;    // silence: the voice ends when it is reached
  bool rests = false;   // silence: the voice sleeps when it is reached
  bool begins = false;  // a voice that sleeps wakes with it, at `anchor`, a multiple of kTickFrames
  uint32_t generation = 0;
  uint32_t index = 0;  // it stands at the note's start + index * hop
  uint64_t anchor = 0;
  float cents = 0;                  // the oscillators' deviation from the note
  float pulses = 0, pulses_hz = 0;  // GlottalPulses: how much of them, 0..1, and how many a second
  int32_t harmonic_count = 0, tap_count = 0;
};

// A copy takes what is in use of the arrays: a frame passes through three hands, 12,800 times a second with
// 128 notes.
struct DdspFrame : DdspFrameHead {
  static constexpr int kMaxTaps = 512;

  float harmonics[ddsp::kMaximumHarmonics];
  float taps[kMaxTaps];  // the noise filter, made for the device's rate

  DdspFrame() noexcept {}  // leaves the arrays alone
  DdspFrame(const DdspFrame& other) noexcept : DdspFrameHead(other) { copy_arrays(other); }
  DdspFrame& operator=(const DdspFrame& other) noexcept {
    if (this == &other) return *this;
    static_cast<DdspFrameHead&>(*this) = other;
    copy_arrays(other);
    return *this;
  }

 private:
  void copy_arrays(const DdspFrame& other) noexcept {
    std::memcpy(harmonics, other.harmonics, static_cast<size_t>(harmonic_count) * sizeof(float));
    std::memcpy(taps, other.taps, static_cast<size_t>(tap_count) * sizeof(float));
  }
};

using DdspFrameQueue = rt::SpscQueue<DdspFrame>;

// Steps run early when many notes sound, at most by this share of a hop, and take along what falls due within
// half of that (DdspModel).
inline constexpr double kDdspMostEarly = 0.5;

// How many frames of a voice can be on their way, a power of two: those of a block of the longest kind, the
// hop that the callback ramps over, what steps run early, and the one that is reached.
constexpr uint32_t ddsp_frames_ahead(uint32_t hop_frames) noexcept {
  constexpr uint32_t kLongestLead = 2048 + 64;  // frames
  return std::bit_ceil(kLongestLead / hop_frames + 4);
}

}  // namespace continuo
