// A player as the session keeps it: its model, its values, who hears whom.
#pragma once

#include <string>
#include <vector>

#include "osc_schema/tables.h"

namespace continuo::session {

struct PlayerSlot {
  std::string model;
  std::vector<float> values;  // by schema::musicrnn::Parameter
  std::string chords;         // as they were asked for; empty: none
  float chord_beats = 4;
  bool installed = false;
  int rounds = 0;  // answers since somebody played

  PlayerSlot() {
    for (const schema::ParameterSpec& spec : schema::parameters(schema::Kind::kMusicrnn))
      values.push_back(spec.default_value);
  }
  [[nodiscard]] float value(schema::musicrnn::Parameter parameter) const { return values[parameter]; }
  [[nodiscard]] int number(schema::musicrnn::Parameter parameter) const {
    return static_cast<int>(values[parameter]);
  }
  [[nodiscard]] bool on(schema::musicrnn::Parameter parameter) const { return values[parameter] >= 0.5f; }
};

}  // namespace continuo::session
