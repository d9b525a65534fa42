// A part as the session keeps it.
#include "engine/session/part.h"

#include <algorithm>
#include <utility>

namespace continuo::session {
namespace {

std::vector<float> defaults(schema::Kind kind) {
  std::vector<float> values;
  for (const schema::ParameterSpec& spec : schema::parameters(kind)) values.push_back(spec.default_value);
  return values;
}

}  // namespace

Part::Part(std::string part_name, schema::Kind kind)
    : name(std::move(part_name)), instrument(kind), values(defaults(kind)) {
  const auto specs = schema::parameters(schema::Kind::kStrip);
  for (size_t i = 0; i < strip.size(); ++i) strip[i] = specs[i].default_value;
  std::copy(kSpaceNames.begin(), kSpaceNames.end(), space_names.begin());
}

const ddsp::Space* Part::model_space(size_t space, uint16_t* place) const {
  if (!model_spaces || space_names[space].empty()) return nullptr;
  for (size_t i = 0; i < model_spaces->size(); ++i) {
    if ((*model_spaces)[i].name != space_names[space]) continue;
    if (place != nullptr) *place = static_cast<uint16_t>(i);
    return &(*model_spaces)[i];
  }
  return nullptr;
}

void Part::place_spaces() {
  for (size_t s = kCommonSpaces; s < kSpaces; ++s) {
    if (!spaces[s].untouched()) waiting_spaces[space_names[s]] = spaces[s];
    spaces[s] = {};
    space_names[s].clear();
  }
  if (!model_spaces) return;
  size_t place = kCommonSpaces;
  for (const ddsp::Space& space : *model_spaces) {
    if (std::find(kSpaceNames.begin(), kSpaceNames.end(), space.name) != kSpaceNames.end()) continue;
    if (place == kSpaces) return;
    space_names[place] = space.name;
    if (auto asked = waiting_spaces.extract(space.name)) spaces[place] = std::move(asked.mapped());
    ++place;
  }
}

void Part::change_instrument(schema::Kind kind) {
  const auto old_specs = schema::parameters(instrument);
  const auto new_specs = schema::parameters(kind);
  std::vector<float> fresh = defaults(kind);
  for (size_t i = 0; i < new_specs.size(); ++i) {
    for (size_t j = 0; j < old_specs.size(); ++j) {
      if (old_specs[j].name == new_specs[i].name) fresh[i] = values[j];
    }
  }
  instrument = kind;
  values = std::move(fresh);
}

}  // namespace continuo::session
