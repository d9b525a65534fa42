// Control frames of a recording: pitch and power as the model sees them, by the engine's own trackers.
//
// Frame j is centred on sample j * hop; a recording of n samples has n / hop + 1 frames.
#pragma once

#include <span>
#include <vector>

#include "engine/dsp/pitch_tracker.h"
#include "engine/dsp/power.h"

namespace continuo::data {

struct FeatureSpec {
  dsp::PitchSpec pitch;
  dsp::PowerSpec power;
};

// The spec of a model at `sample_rate` with `hop` samples a frame: a power window of 40 ms, pitch 60-2200 Hz.
FeatureSpec feature_spec(int sample_rate, int hop);

struct Features {
  std::vector<float> midi;          // pitch, gaps filled with the nearest voiced pitch
  std::vector<float> db;            // power
  std::vector<float> aperiodicity;  // 0 periodic .. 1 noise
  std::vector<char> voiced;         // 0 or 1
  std::size_t frames() const { return midi.size(); }
  double voiced_share() const;
};

float hz_to_midi(float hz);
float midi_to_hz(float midi);

Features extract_features(std::span<const float> audio, const FeatureSpec& spec);

}  // namespace continuo::data
