// Scoring the engine's pitch tracker against a case's truth.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "engine/dsp/pitch_tracker.h"
#include "models/data/features.h"
#include "models/data/make/pitch_cases.h"

namespace continuo::make {

struct Tracked {
  int frames = 0;            // scored
  double accuracy = 0;       // within 50 cents
  double octaves = 0;        // share that is a whole number of octaves off
  double median_cents = 0;   // signed
  double typical_cents = 0;  // median of the magnitude about the median
};

// Offline: the frames are centred, no delay to take away.
inline std::vector<dsp::PitchFrame> track(std::span<const float> audio, int sample_rate, int hop,
                                          double min_hz = 60) {
  dsp::PitchSpec spec;
  spec.sample_rate = sample_rate;
  spec.hop = hop;
  spec.min_hz = min_hz;
  dsp::PitchTracker tracker;
  tracker.prepare(spec);
  std::vector<float> padded(audio.begin(), audio.end());
  padded.resize(audio.size() + static_cast<std::size_t>(tracker.latency_samples() + hop), 0);
  std::vector<dsp::PitchFrame> frames(padded.size() / static_cast<std::size_t>(hop) + 2);
  frames.resize(tracker.process(padded, frames));
  return frames;
}

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

inline Tracked compare(const std::vector<dsp::PitchFrame>& frames, const PitchCase& sound, int shift = 0) {
  std::vector<double> cents;
  Tracked out;
  int right = 0, octaves = 0;
  for (std::size_t j = 0; j < sound.scored.size(); ++j) {
    if (!sound.scored[j] || j + static_cast<std::size_t>(shift) >= frames.size()) continue;
    ++out.frames;
    const float hz = frames[j + static_cast<std::size_t>(shift)].f0_hz;
    if (hz <= 0) continue;
    const double error = 1200 * std::log2(hz / sound.f0_hz[j]);
    right += std::abs(error) <= 50;
    const double octave = std::round(error / 1200);
    octaves += octave != 0 && std::abs(error - 1200 * octave) <= 50;
    if (std::abs(error) < 100) cents.push_back(error);
  }
  if (!out.frames) return out;
  out.accuracy = static_cast<double>(right) / out.frames;
  out.octaves = static_cast<double>(octaves) / out.frames;
  out.median_cents = median(cents);
  for (double& c : cents) c = std::abs(c - out.median_cents);
  out.typical_cents = median(cents);
  return out;
}

}  // namespace continuo::make
