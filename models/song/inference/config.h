// The config of a song model: the JSON text in the metadata of its safetensors file, as plain structs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "models/io/safetensors.h"
#include "models/song/inference/curve.h"

namespace continuo::song {

inline constexpr const char* kFormat = "continuo/1";
inline constexpr int kMostTechniques = 32;

// How long a technique lasts: whether the next phrase keeps it.
struct Technique {
  std::string name;
  float share = 0;  // of the set's notes
};

// What was measured of the curves that it was trained on.
struct Statistics {
  float pitch_low = 48, pitch_high = 72;  // first and last hundredth of the sung pitches, MIDI
  float half_range = 8;                   // of a singer's register, semitones: median
  std::vector<float> level_db;            // quantiles of sounding frames: 5 10 25 50 75 90 95 %
  float notes_a_minute = 90, phrase_s = 5, rest_share = 0.15f, longest_note_s = 4;
  Histograms histograms;
};

struct Config {
  std::string name;
  int frame_rate = 50;  // frames a second of the frame tier
  int note_hidden = 0, note_dense = 0, channels = 0, hidden = 0;
  std::vector<Technique> techniques;  // at least one
  Statistics statistics;
  std::string source, licence;
  int technique_count() const noexcept { return static_cast<int>(techniques.size()); }
};

// Disk thread. Reads and checks; unknown keys are allowed. `where` names the file in messages. Throws
// io::Error: a key missing or out of range, another kind, or a newer format, which is refused by name.
Config parse_config(std::string_view json_text, const std::string& where);
Config read_config(const io::Safetensors& file);

// The same as JSON text, for the trainer.
std::string to_json(const Config& config);

}  // namespace continuo::song
