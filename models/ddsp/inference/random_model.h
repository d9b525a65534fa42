// A small random model for tests of what plays models: deterministic by its seed, audible, no training
// needed.
#pragma once
#include <cstdint>
#include <string>

#include "models/io/safetensors.h"

namespace continuo::ddsp {

struct RandomModelSpec {
  std::uint32_t seed = 1;
  int channels = 16;
  int hidden = 32;
  int harmonics = 60;
  int noise_bands = 65;
  int sample_rate = 24000;
  int hop = 240;
  bool half = false;        // tensors as F16
  bool note_shapes = true;  // two registers of two levels
  int reverb_taps = 0;      // 0: no learned reverb
  bool spaces = false;      // "technique" (16 codes, 8 named techniques with contours) and "vowel" (5 codes)
  std::string learned = "technique";  // what the first space is called
  std::string name = "random";
};

// Off stage. Loudness rises with the conditioning power (about 23 dB between -70 and -10 dB, to 0.3),
// harmonics fall by about 4 dB each with small random differences, noise lies 40 dB below.
io::SafetensorsWriter random_model(const RandomModelSpec& spec = {});

// The config of that model, as JSON text.
std::string random_model_config(const RandomModelSpec& spec = {});

}  // namespace continuo::ddsp
