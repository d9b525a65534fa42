// What is asked of a code space.
#include "engine/session/space_setting.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/instruments/space_player.h"

namespace continuo::session {

std::vector<float> code_weights(const ddsp::Space& space, const SpaceSetting& setting) {
  std::vector<float> weights(static_cast<size_t>(space.codes), 0.f);
  const auto add_entry = [&](const ddsp::SpaceEntry& entry, float amount) {
    for (size_t k = 0; k < weights.size(); ++k) weights[k] += amount * entry.weights[k];
  };
  switch (setting.by) {
    case SpaceSetting::By::kNames:
      for (const ddsp::SpaceEntry& entry : space.entries) {
        const auto found = setting.names.find(entry.name);
        if (found != setting.names.end()) add_entry(entry, found->second);
      }
      break;
    case SpaceSetting::By::kCodes:
      for (const auto& [code, weight] : setting.codes) {
        if (code < space.codes) weights[static_cast<size_t>(code)] += weight;
      }
      break;
    case SpaceSetting::By::kPad:
      for (const auto& [code, weight] : near_codes(space, setting.pad[0], setting.pad[1]))
        weights[static_cast<size_t>(code)] += weight;
      break;
  }
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.f);
  if (sum > 1) {
    for (float& w : weights) w /= sum;
  } else if (space.default_entry >= 0) {
    add_entry(space.entries[static_cast<size_t>(space.default_entry)], 1 - sum);
  }
  return weights;
}

float perplexity(const std::vector<float>& usage) {
  double entropy = 0;
  for (const float share : usage) {
    if (share > 0) entropy -= static_cast<double>(share) * std::log(static_cast<double>(share));
  }
  return static_cast<float>(std::exp(entropy));
}

}  // namespace continuo::session
