// Sounds whose pitch is known exactly: what a pitch tracker is measured on.
//
// A benchmark runs a tracker over `audio`, shifts its frames by the tracker's delay and compares frame j, in
// which `scored` is set, with f0_hz[j] at sample j * hop.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/data/make/gesture.h"

namespace continuo::make {

struct PitchCase {
  std::string name;   // "saw vibrato"
  std::string group;  // "tones", "vibrato", "glides", "weak fundamental", "singer" or "instruments"
  int sample_rate = 0, hop = 0;
  std::vector<float> audio;  // mono, peak 0.5
  std::vector<float> f0_hz;  // [audio.size() / hop + 1], at the frames' centres; 0: nothing sounds
  std::vector<char> scored;  // [as f0_hz]: sounds, and no note begins, ends or jumps within 25 ms
};

// Tones (steady), vibrato, glides and weak fundamentals (20 dB, 40 dB, and gone) of sine, saw, odd harmonics
// and a formant voice from 65 to 1,568 Hz: about 85 s of sound in 15 cases, of which no two seeds have the
// same notes. Any thread.
std::vector<PitchCase> synthetic_pitch_cases(int sample_rate, int hop, std::uint64_t seed = 1);

// Expressive phrases of the SoundFont's instruments, if FluidSynth and its SoundFont are installed; else
// empty, and `why` (if given) says what is missing. Runs FluidSynth; writes into the temporary folder.
std::vector<PitchCase> instrument_pitch_cases(int sample_rate, int hop, std::uint64_t seed = 1,
                                              std::string* why = nullptr);

// White Gaussian noise added at `snr_db` below the mean power of the scored frames.
std::vector<float> with_noise(const PitchCase& sound, double snr_db, std::uint64_t seed = 1);

// The truth of a gesture at the frames of a recording that begins with it.
void set_truth(PitchCase& sound, const Gesture& gesture);

}  // namespace continuo::make
