// What a model file says of its code spaces, and how well the codes tell what they are to tell.
#pragma once

#include <nlohmann/json.hpp>

#include "models/ddsp/report.h"
#include "models/ddsp/space_vectors.h"

namespace continuo::ddsp {

// "spaces" and, where one is learned, "encoder" of the config (inference/config.h).
nlohmann::json describe_spaces(const EntryNames& names, Network& network, const Dataset& data);

// Nothing when no space is learned.
std::optional<SpaceFigures> judge_space(const EntryNames& names, Network& network, const Dataset& data);

}  // namespace continuo::ddsp
