// Control frames measured from a recording: harmonic amplitudes and noise magnitudes a frame.
//
// Harmonics: projection on k * f0 under a Hann window of about five periods. Noise: mean power of the
// spectrum between the harmonics, a band at a time. Used as the target of the warm start and as the table's
// contents.
#pragma once

#include <span>
#include <vector>

namespace continuo::ddsp {

struct ControlTrack {
  int harmonics = 0;
  int bands = 0;
  std::vector<float> amplitudes;  // [frames, harmonics], 0 at and above Nyquist
  std::vector<float> noise;       // [frames, bands], magnitudes of the noise filter
};

// f0_hz: one a frame, frame j centred on sample j * hop.
ControlTrack analyse_controls(std::span<const float> audio, std::span<const float> f0_hz, int harmonics,
                              int bands, int hop, double sample_rate);

}  // namespace continuo::ddsp
