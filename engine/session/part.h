// A part as the session keeps it: what it is called, what it plays with, and its values.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/instruments/input_source.h"
#include "engine/session/space_setting.h"
#include "engine/session/target.h"

namespace continuo::session {

struct Part {
  std::string name;
  schema::Kind instrument = schema::Kind::kAdditive;
  std::string model;  // empty: none
  std::string song;   // what it sings by itself; empty: none
  std::array<float, schema::strip::kCount> strip{};
  std::vector<float> values;  // of the instrument, by its schema's indices
  uint32_t hop_frames = 0;    // of its model: another one needs another instrument
  bool installed = false;
  std::shared_ptr<InputSource> input;  // listens to the device; null where it cannot
  struct Heard {                       // of its input, as it said last
    float midi = 60, db = -80;
    uint8_t range = 0;          // RangeFlag
    std::string name = "none";  // of a technique or vowel
    float share = 0;            // how likely it is
    int midi_note = -1;         // that sounds on the MIDI output
    uint8_t midi_channel = 0;
    int midi_bend = 8192;
  };
  Heard heard;
  std::shared_ptr<PlayedRange> played;  // of its notes; null where no model plays them
  uint8_t range = 0;                    // the same, as it was told last
  bool can_sing = false;                // its song is loaded
  std::shared_ptr<const std::vector<ddsp::Space>> model_spaces;  // of its model
  std::array<SpaceSetting, kSpaces> spaces;                      // what is asked for
  std::array<std::string, kSpaces> space_names;                  // in their places; empty: nothing is there
  std::map<std::string, SpaceSetting> waiting_spaces;            // asked of spaces that the model now lacks

  // The model's spaces from now on; what is asked of those that stay, stays.
  void place_spaces();
  // The space of the model, and its place there; null where the model has none of that name.
  [[nodiscard]] const ddsp::Space* model_space(size_t space, uint16_t* place = nullptr) const;

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
