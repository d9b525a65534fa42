// The config of a DDSP model: the JSON text in the metadata of its safetensors file, as plain structs.
#pragma once
#include <array>
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

// How a technique moves a note; 0: not at all.
struct Contour {
  float vibrato_hz = 0, vibrato_cents = 0, vibrato_delay_s = 0;  // cents from the middle to the top
  float trill_hz = 0, trill_semitones = 0;                       // from the lower note to the upper one
  float tremolo_hz = 0, tremolo_db = 0;                          // from the middle to the top
  float glide_s = 0, glide_semitones = 0;                        // into the note
  float fry_hz = 0;                                              // the rate of pulses, in place of the pitch
  float jitter_cents = 0, shimmer_db = 0;                        // standard deviations from frame to frame
};

inline constexpr std::size_t kMostEntries = 64;  // names in a code space

// A name in a code space.
struct SpaceEntry {
  std::string name;            // a-z 0-9 _ -
  std::vector<float> weights;  // of each code, sum 1: how often it occurs in what carries the name
  Contour contour;
};

// What a voice is conditioned on beside pitch and power: a few vectors that can be mixed.
struct Space {
  std::string name;  // "technique", "vowel", "voice"; a-z 0-9 _ -
  int size = 0;      // floats a code, 1..32
  int codes = 0;     // 1..256
  std::vector<std::array<float, 2>>
      map;                          // of each code, 0..1: its place on the pad; empty when there is none
  std::vector<float> usage;         // share of each code in the training data; may be empty
  std::vector<SpaceEntry> entries;  // at most kMostEntries
  int default_entry = -1;           // played when nothing is asked for; -1: the zero vector
};

// The space that the model learned by itself (a codebook, not a table of labels): "technique", else the first
// one with a map. Its index, -1 where there is none.
int learned_space(const std::vector<Space>& spaces) noexcept;

// What hears which code of a space a live voice uses (encoder_features.h, encoder.h).
struct EncoderConfig {
  int space = -1;  // index; -1: the model has no encoder
  int window = 1024, mels = 40, pool = 8, movement = 4, width = 64;
  float low_hz = 80, high_hz = 8000;
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
  std::vector<Space> spaces;            // at most 4
  EncoderConfig encoder;
  std::string source, licence;

  // Floats of a voice's space vector: those of the spaces, one after the other.
  int space_size() const noexcept {
    int sum = 0;
    for (const Space& space : spaces) sum += space.size;
    return sum;
  }
  // Index of a space by name, -1 when there is none.
  int space_named(std::string_view wanted) const noexcept {
    for (std::size_t i = 0; i < spaces.size(); ++i) {
      if (spaces[i].name == wanted) return int(i);
    }
    return -1;
  }
  double frame_rate_hz() const noexcept { return double(sample_rate) / hop; }
};

// Disk thread. Reads and checks the text; unknown keys are allowed. `where` names the file in messages.
// Throws io::Error: a key missing or out of range, another kind, or a newer format, which is refused by name.
Config parse_config(std::string_view json_text, const std::string& where);

// Disk thread. The config of an opened file: parse_config() of its metadata entry "config".
Config read_config(const io::Safetensors& file);

}  // namespace continuo::ddsp
