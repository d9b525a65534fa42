// The peer of a model: a table without learning.
//
// Mean harmonic and noise spectra of the training recordings, relative to the frame's RMS, in bins of a
// semitone and 3 dB; read with linear interpolation both ways (empty bins take their nearest filled
// neighbour) and sent through the same synthesis as the model's controls.
#pragma once

#include <span>
#include <vector>

#include "models/ddsp/dataset.h"

namespace continuo::ddsp {

class Table {
 public:
  // Any clip's controls must have equal harmonics and bands. Throws std::invalid_argument without clips.
  void fit(std::span<const Clip> clips);
  // Controls of given frames.
  ControlTrack look_up(std::span<const float> midi, std::span<const float> db, double sample_rate) const;

 private:
  static constexpr int kPitches = 128;
  static constexpr int kLevels = 27;  // 3 dB each, from -80 dB
  int harmonics_ = 0, bands_ = 0;
  std::vector<float> cells_;  // [kPitches, kLevels, harmonics + bands]
};

// Audio of controls at the model's rate: frames * hop samples, noise by seed.
std::vector<float> synthesise(const ControlTrack& controls, std::span<const float> midi, int hop,
                              double sample_rate, unsigned long long noise_seed);

}  // namespace continuo::ddsp
