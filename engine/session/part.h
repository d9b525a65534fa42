// A part as the session keeps it: what it is called, what it plays with, and its values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/session/target.h"

namespace continuo::session {

struct Part {
  std::string name;
  schema::Kind instrument = schema::Kind::kAdditive;
  std::string model;  // empty: none
  std::array<float, schema::strip::kCount> strip{};
  std::vector<float> values;  // of the instrument, by its schema's indices
  uint32_t hop_frames = 0;    // of its model: another one needs another instrument
  bool installed = false;

  // Defaults of everything.
  Part(std::string part_name, schema::Kind kind);
  // Another instrument; values of the same name stay.
  void change_instrument(schema::Kind kind);

  [[nodiscard]] float value(schema::Kind kind, uint16_t index) const {
    return kind == schema::Kind::kStrip ? strip[index] : values[index];
  }
  void set(schema::Kind kind, uint16_t index, float value) {
    (kind == schema::Kind::kStrip ? strip[index] : values[index]) = value;
  }
  // Indices of the voice's parameters hold for every instrument that plays notes.
  [[nodiscard]] float voice(schema::voice::Parameter parameter) const { return values[parameter]; }
};

}  // namespace continuo::session
