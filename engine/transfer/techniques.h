// Which technique a recording's player uses, moment by moment, where the model can tell.
#pragma once

#include <span>

#include "engine/transfer/performance.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo::transfer {

// Fills the technique of the moments that sound. `audio`: what perform() heard. Any thread. Throws
// std::runtime_error when the model has no encoder.
void hear_techniques(std::span<const float> audio, const ddsp::Model& model, Performance& performance);

}  // namespace continuo::transfer
