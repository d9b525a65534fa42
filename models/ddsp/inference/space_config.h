// The code spaces and the encoder in a model's config.
#pragma once

#include <vector>

#include "models/ddsp/inference/config.h"
#include "models/ddsp/inference/config_object.h"

namespace continuo::ddsp {

// Disk thread. Both throw io::Error. "spaces": a list, or absent.
std::vector<Space> parse_spaces(const Object& config);
// "encoder": an object, or absent. `so_far` has its spaces and rates.
EncoderConfig parse_encoder(const Object& config, const Config& so_far);

}  // namespace continuo::ddsp
