// What is asked of a code space: names, codes or a place on its map.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/ddsp/inference/config.h"

namespace continuo::session {

struct SpaceSetting {
  enum class By { kNames, kCodes, kPad };
  By by = By::kNames;
  std::map<std::string, float> names;        // amounts that are not 0; those that a model lacks wait for it
  std::vector<std::pair<int, float>> codes;  // with their weights, at most 4
  std::array<float, 2> pad = {0.5f, 0.5f};

  [[nodiscard]] bool untouched() const { return by == By::kNames && names.empty(); }
  bool operator==(const SpaceSetting&) const = default;
};

// Any thread. The weight of each code of the space when this is asked for, as SpacePlayer mixes them.
std::vector<float> code_weights(const ddsp::Space& space, const SpaceSetting& setting);

// How many codes are in use, in effect: the exponential of the entropy of their shares.
float perplexity(const std::vector<float>& usage);

}  // namespace continuo::session
