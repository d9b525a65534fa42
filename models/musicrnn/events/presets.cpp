// The representations by name.
#include <stdexcept>

#include "models/musicrnn/events/representation.h"

namespace continuo::musicrnn {

namespace {

constexpr std::array<std::string_view, 15> kNames{"basic",
                                                  "mono",
                                                  "lookback",
                                                  "key",
                                                  "improv",
                                                  "key_improv",
                                                  "chord_pitches_improv",
                                                  "drums",
                                                  "drums_one_hot",
                                                  "drums_multi_hot",
                                                  "drums_lookback",
                                                  "polyphony",
                                                  "performance",
                                                  "performance_with_dynamics",
                                                  "piano_roll"};

void look_back_two_bars(Settings& s) {
  s.distances = {s.steps_per_bar, 2 * s.steps_per_bar};
}

void melody(Settings& s, std::string_view name) {
  if (name == "mono") {
    s.min_pitch = 0;
    s.max_pitch = 127;
  } else if (name == "lookback") {
    look_back_two_bars(s);
    s.counter_bits = 5;
  } else if (name == "key" || name == "key_improv") {
    s.view = View::kKey;
    look_back_two_bars(s);
    s.counter_bits = 7;
  }
  if (name == "improv" || name == "key_improv") s.chords = ChordInput::kTriad;
  if (name == "chord_pitches_improv") s.chords = ChordInput::kPitches;
}

void drums(Settings& s, std::string_view name) {
  s.vocabulary = Vocabulary::kDrums;
  if (name == "drums") s.counter_bits = 6;
  if (name == "drums_multi_hot") s.view = View::kMultiHot;
  if (name == "drums_lookback") {
    look_back_two_bars(s);
    s.counter_bits = 5;
  }
}

}  // namespace

std::span<const std::string_view> preset_names() {
  return kNames;
}

Settings preset(std::string_view name) {
  bool known = false;
  for (const auto n : kNames) known |= n == name;
  if (!known) {
    std::string text = "no representation is called \"" + std::string(name) + "\"; there are";
    for (const auto n : kNames) text += (n == kNames.front() ? " " : ", ") + std::string(n);
    throw std::invalid_argument(text);
  }
  Settings s;
  s.name = name;
  if (name.starts_with("drums")) {
    drums(s, name);
  } else if (name == "polyphony") {
    s.vocabulary = Vocabulary::kPolyphony;
    s.min_pitch = 0;
    s.max_pitch = 127;
  } else if (name.starts_with("performance")) {
    s.vocabulary = Vocabulary::kPerformance;
    s.min_pitch = 0;
    s.max_pitch = 127;
    if (name == "performance_with_dynamics") s.velocity_bins = 32;
  } else if (name == "piano_roll") {
    s.vocabulary = Vocabulary::kPianoRoll;
    s.view = View::kMultiHot;
    s.min_pitch = 21;
    s.max_pitch = 108;
  } else {
    melody(s, name);
  }
  return s;
}

}  // namespace continuo::musicrnn
