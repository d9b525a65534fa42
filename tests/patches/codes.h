// Codes in scores: their numbers are the model's and change with it.
#pragma once

#include <string>

namespace continuo::test {

// A score whose codes and places are those that the model has for the names in the comments before them
// ("# codes: straight breathy", "# place: breathy"): for a code the one that stands most and purest for the
// name, for a place its place on the map.
std::string with_codes(const std::string& score, const std::string& model_path);

}  // namespace continuo::test
