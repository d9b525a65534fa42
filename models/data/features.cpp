#include "models/data/features.h"

#include <algorithm>
#include <cmath>

namespace continuo::data {
namespace {

// Runs a follower over the audio with enough silence behind it that every frame is reported.
template <typename Follower, typename Frame>
std::vector<Frame> run(Follower& follower, std::span<const float> audio, int hop) {
  const std::size_t frames = audio.size() / static_cast<std::size_t>(hop) + 1;
  std::vector<float> padded(audio.begin(), audio.end());
  padded.resize(audio.size() + static_cast<std::size_t>(follower.latency_samples() + hop), 0.f);
  std::vector<Frame> out(padded.size() / static_cast<std::size_t>(hop) + 2);
  const std::size_t made = follower.process(padded, out);
  out.resize(std::min(frames, made));
  return out;
}

}  // namespace

FeatureSpec feature_spec(int sample_rate, int hop) {
  FeatureSpec spec;
  spec.pitch.sample_rate = sample_rate;
  spec.pitch.hop = hop;
  spec.pitch.max_hz = std::min(spec.pitch.max_hz, sample_rate / 4.0);
  spec.power.hop = hop;
  spec.power.window = static_cast<int>(0.02 * sample_rate) * 2;
  return spec;
}

float hz_to_midi(float hz) {
  return 69.f + 12.f * std::log2(hz / 440.f);
}
float midi_to_hz(float midi) {
  return 440.f * std::exp2((midi - 69.f) / 12.f);
}

double Features::voiced_share() const {
  if (voiced.empty()) return 0;
  return static_cast<double>(std::count(voiced.begin(), voiced.end(), 1)) /
         static_cast<double>(voiced.size());
}

Features extract_features(std::span<const float> audio, const FeatureSpec& spec) {
  dsp::PitchTracker tracker;
  tracker.prepare(spec.pitch);
  dsp::PowerFollower follower;
  follower.prepare(spec.power);
  const auto pitch = run<dsp::PitchTracker, dsp::PitchFrame>(tracker, audio, spec.pitch.hop);

  Features features;
  features.db = run<dsp::PowerFollower, float>(follower, audio, spec.power.hop);
  const std::size_t frames = std::min(pitch.size(), features.db.size());
  features.db.resize(frames);
  features.midi.assign(frames, 0.f);
  features.aperiodicity.resize(frames);
  features.voiced.resize(frames);
  for (std::size_t j = 0; j < frames; ++j) {
    features.aperiodicity[j] = pitch[j].aperiodicity;
    features.voiced[j] = pitch[j].voiced ? 1 : 0;
    if (pitch[j].voiced) features.midi[j] = hz_to_midi(pitch[j].f0_hz);
  }
  // Gaps: the last voiced pitch; before the first voiced frame, the first.
  const auto first = std::find(features.voiced.begin(), features.voiced.end(), 1);
  float held = first == features.voiced.end()
                   ? 60.f
                   : features.midi[static_cast<std::size_t>(first - features.voiced.begin())];
  for (std::size_t j = 0; j < frames; ++j) {
    if (features.voiced[j]) held = features.midi[j];
    features.midi[j] = held;
  }
  return features;
}

}  // namespace continuo::data
