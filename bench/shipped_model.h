// The model that ships, as the bench finds it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace continuo::bench {

inline constexpr const char* kShippedModel = "alto-sax";

// models/trained/NAME.safetensors beside or above the program, or in the tree that it was built from.
// Nothing: there is none.
std::optional<std::filesystem::path> find_shipped_model(const std::string& name = kShippedModel);

// For work on the bench while no model is trained: figures of a random model instead, and they say so.
void use_random_model(const std::filesystem::path& folder);
bool random_model_in_use();

}  // namespace continuo::bench
