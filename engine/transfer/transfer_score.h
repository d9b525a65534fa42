// A performance as a score: a part that plays the model, and its stream of f0 and power.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/session/score/score.h"
#include "engine/transfer/performance.h"

namespace continuo::transfer {

// Frames of such a score before the first moment sounds: what plays it comes ahead of it, and the master's
// limiter delays it.
inline constexpr uint64_t ahead_frames(uint32_t rate) {
  return rate / 10 + uint64_t{rate} * 32 / 48000;
}

// What the techniques of moments are called.
struct TechniqueNames {
  std::string space;  // "technique"
  std::vector<std::string> entries;
};

// Any thread. A score at `rate` frames a second of ahead_frames() and `seconds` more. `messages` are OSC
// messages in text form that set the part up before it plays; throws std::runtime_error that names the one
// that is none.
session::Score transfer_score(const Performance& performance, const std::string& model, uint32_t rate,
                              double seconds, std::span<const std::string> messages = {},
                              const TechniqueNames& names = {});

}  // namespace continuo::transfer
