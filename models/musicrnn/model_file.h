// Writing a MusicRNN model.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/musicrnn/network.h"

namespace continuo::musicrnn {

// cell.N.kernel [inputs + hidden, 4 hidden] (gates i, j, f, o), cell.N.bias, out.weight [hidden, labels],
// out.bias, as float16 (`exact`: float32). Disk thread. Throws io::Error.
void write_model(const std::filesystem::path& file, const Network& network, const nlohmann::json& config,
                 bool exact = false);

}  // namespace continuo::musicrnn
