// Writing a trained network as a model file that the engine plays (safetensors, float16).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "models/ddsp/network.h"

namespace continuo::ddsp {

// Config of the file: shape, trackers, and `about` ({"statistics", "notes"} of statistics.h, "source",
// "licence", whatever else). Keys in models/ddsp/inference/config.h.
nlohmann::json model_config(const std::string& name, const NetworkShape& shape, const nlohmann::json& about);

// Rounds the network's weights to float16, as the file holds them, and writes it. Throws io::Error.
void write_model(const std::filesystem::path& file, Network& network, const nlohmann::json& config);

// The network of a model file. Throws io::Error.
Network read_model(const std::filesystem::path& file);

}  // namespace continuo::ddsp
