// A performance as a score: a part that plays the model, and its stream of f0 and power.
#pragma once

#include <span>
#include <string>

#include "engine/session/score/score.h"
#include "engine/transfer/performance.h"

namespace continuo::transfer {

// Any thread. A score at `rate` frames a second, which ends after `seconds`. `messages` are OSC messages in
// text form that set the part up before the first moment; throws std::runtime_error that names the one that
// is none.
session::Score transfer_score(const Performance& performance, const std::string& model, uint32_t rate,
                              double seconds, std::span<const std::string> messages = {});

}  // namespace continuo::transfer
