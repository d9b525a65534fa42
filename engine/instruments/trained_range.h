// Where what is played lies beyond what its model was trained on.
#pragma once

#include <atomic>
#include <cstdint>

#include "models/ddsp/inference/config.h"

namespace continuo {

enum RangeFlag : uint8_t { kPitchLow = 1, kPitchHigh = 2, kPowerLow = 4, kPowerHigh = 8 };

// RangeFlags of a pitch and power as the network hears them. Any thread.
inline uint8_t beyond_training(float midi, float db, const ddsp::Config& model) noexcept {
  constexpr float kSemitones = 0.5f;  // notes at the edge move about a little
  constexpr float kFarBelowDb = 12, kFarAboveDb = 6;
  int flags = 0;
  if (model.pitch_midi) {
    if (midi < model.pitch_midi->p1 - kSemitones) flags |= kPitchLow;
    if (midi > model.pitch_midi->p99 + kSemitones) flags |= kPitchHigh;
  }
  if (model.note_power_db) {
    if (db < model.note_power_db->p5 - kFarBelowDb) flags |= kPowerLow;
    if (db > model.note_power_db->p95 + kFarAboveDb) flags |= kPowerHigh;
  }
  return static_cast<uint8_t>(flags);
}

// What a part's notes, song and stream did since control looked last: set by the worker, taken by control.
using PlayedRange = std::atomic<uint8_t>;

}  // namespace continuo
