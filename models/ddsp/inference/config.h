// The config of a DDSP model: the JSON text in the metadata of its safetensors file, as plain structs.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/io/safetensors.h"

namespace continuo::ddsp {

inline constexpr const char* kFormat = "continuo/1";

// Quantiles of the power of sounding frames, in dB. Not decreasing.
struct PowerQuantiles {
  float p5 = -55, p10 = -50, p25 = -40, p50 = -30, p75 = -22, p90 = -17, p95 = -15;
};

// Quantiles of the pitch of sounding frames, as MIDI numbers: where the model was trained.
struct PitchQuantiles {
  float p1 = 36, p5 = 40, p50 = 60, p95 = 80, p99 = 84;
};

// The mean shape of the notes of one register that were held at about one power. Arrays hold one value a
// model frame (hop) and may be empty.
struct NoteLevel {
  float centre_db = -30;             // the sustained power these notes had
  std::vector<float> onset_db;       // from the note-on: dB relative to the sustained power
  std::vector<float> onset_cents;    // from the note-on: cents relative to the note's pitch
  float sustain_drift_db_per_s = 0;  // slope of the power while held
  float fluctuation_db = 0;          // standard deviation of the power around that slope
  float fluctuation_cents = 0;       // standard deviation of the pitch
  float fluctuation_hz = 5;          // rate of these fluctuations
  std::vector<float> release_db;     // from the note-off: dB relative to the power at the note-off
};

struct NoteRegister {
  float centre_midi = 60;
  PowerQuantiles note_power_db;
  std::vector<NoteLevel> levels;  // by rising centre_db, at least one
};

struct Config {
  std::string name;
  int sample_rate = 24000;  // Hz, the model's own
  int hop = 240;            // samples a control frame at sample_rate
  int channels = 0;         // C, width of the dense layers
  int hidden = 0;           // G, width of the GRU
  int harmonics = 0;        // H <= kMaximumHarmonics
  int noise_bands = 0;      // B <= kMaximumNoiseBands
  int power_window = 0;     // samples at sample_rate
  float power_floor_db = -80;
  std::string pitch_json = "{}";  // settings of the pitch tracker the model was trained with, for live input
  std::optional<PitchQuantiles> pitch_midi;
  std::optional<PowerQuantiles> note_power_db;
  std::vector<NoteRegister> registers;  // by rising centre_midi; empty when the model has no note shapes
  std::string source, licence;

  double frame_rate_hz() const noexcept { return double(sample_rate) / hop; }
};

// Disk thread. Reads and checks the text; unknown keys are allowed. `where` names the file in messages.
// Throws io::Error: a key missing or out of range, another kind, or a newer format, which is refused by name.
Config parse_config(std::string_view json_text, const std::string& where);

// Disk thread. The config of an opened file: parse_config() of its metadata entry "config".
Config read_config(const io::Safetensors& file);

}  // namespace continuo::ddsp
