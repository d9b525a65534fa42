#include "models/ddsp/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/ddsp/harmonic_bank.h"
#include "models/ddsp/noise_filter.h"

namespace continuo::ddsp {
namespace {

constexpr float kLowest_db = -80, kStep_db = 3;

float level_of(float db) {
  return (db - kLowest_db) / kStep_db;
}
float rms_of(float db) {
  return std::pow(10.f, db / 20.f);
}

}  // namespace

void Table::fit(std::span<const Clip> clips) {
  if (clips.empty()) throw std::invalid_argument("table: needs at least one clip");
  harmonics_ = clips[0].controls.harmonics;
  bands_ = clips[0].controls.bands;
  const auto width = static_cast<std::size_t>(harmonics_ + bands_);
  const auto h = static_cast<std::size_t>(harmonics_), b = static_cast<std::size_t>(bands_);
  std::vector<double> sums(kPitches * kLevels * width, 0.0);
  std::vector<int> counts(kPitches * kLevels, 0);
  for (const Clip& clip : clips) {
    for (std::size_t j = 0; j < clip.frames(); ++j) {
      if (clip.db[j] <= kLowest_db) continue;
      const int pitch = std::clamp(static_cast<int>(std::lround(clip.midi[j])), 0, kPitches - 1);
      const int level = std::clamp(static_cast<int>(std::lround(level_of(clip.db[j]))), 0, kLevels - 1);
      const auto cell = static_cast<std::size_t>(pitch * kLevels + level);
      const float scale = 1.f / rms_of(clip.db[j]);
      ++counts[cell];
      for (std::size_t k = 0; k < h; ++k)
        sums[cell * width + k] += scale * clip.controls.amplitudes[j * h + k];
      for (std::size_t i = 0; i < b; ++i)
        sums[cell * width + h + i] += scale * clip.controls.noise[j * b + i];
    }
  }
  cells_.assign(sums.size(), 0.f);
  for (int pitch = 0; pitch < kPitches; ++pitch) {
    for (int level = 0; level < kLevels; ++level) {
      // The nearest filled bin; a semitone counts as much as a step of power.
      int from = -1;
      int nearest = std::numeric_limits<int>::max();
      for (int p = 0; p < kPitches; ++p) {
        for (int l = 0; l < kLevels; ++l) {
          const int distance = (p - pitch) * (p - pitch) + (l - level) * (l - level);
          if (counts[static_cast<std::size_t>(p * kLevels + l)] > 0 && distance < nearest) {
            nearest = distance;
            from = p * kLevels + l;
          }
        }
      }
      if (from < 0) continue;
      const auto source = static_cast<std::size_t>(from);
      const auto target = static_cast<std::size_t>(pitch * kLevels + level);
      for (std::size_t i = 0; i < width; ++i) {
        cells_[target * width + i] = static_cast<float>(sums[source * width + i] / counts[source]);
      }
    }
  }
}

ControlTrack Table::look_up(std::span<const float> midi, std::span<const float> db,
                            double sample_rate) const {
  ControlTrack track;
  track.harmonics = harmonics_;
  track.bands = bands_;
  const auto width = static_cast<std::size_t>(harmonics_ + bands_);
  const auto h = static_cast<std::size_t>(harmonics_), b = static_cast<std::size_t>(bands_);
  track.amplitudes.assign(midi.size() * h, 0.f);
  track.noise.assign(midi.size() * b, 0.f);
  std::vector<float> mixed(width);
  for (std::size_t j = 0; j < midi.size(); ++j) {
    if (db[j] <= kLowest_db) continue;
    const float pitch = std::clamp(midi[j], 0.f, kPitches - 1.001f);
    const float level = std::clamp(level_of(db[j]), 0.f, kLevels - 1.001f);
    const auto p = static_cast<std::size_t>(pitch), l = static_cast<std::size_t>(level);
    const float u = pitch - static_cast<float>(p), v = level - static_cast<float>(l);
    const float* corner = cells_.data() + (p * kLevels + l) * width;
    for (std::size_t i = 0; i < width; ++i) {
      const float low = corner[i] + v * (corner[width + i] - corner[i]);
      const float* next = corner + kLevels * width;
      const float high = next[i] + v * (next[width + i] - next[i]);
      mixed[i] = (low + u * (high - low)) * rms_of(db[j]);
    }
    const double f0 = data::midi_to_hz(midi[j]);
    for (std::size_t k = 0; k < h; ++k) {
      if (static_cast<double>(k + 1) * f0 < sample_rate / 2) track.amplitudes[j * h + k] = mixed[k];
    }
    std::copy_n(mixed.begin() + harmonics_, bands_, track.noise.begin() + static_cast<std::ptrdiff_t>(j * b));
  }
  return track;
}

std::vector<float> synthesise(const ControlTrack& controls, std::span<const float> midi, int hop,
                              double sample_rate, unsigned long long noise_seed) {
  const std::size_t samples = midi.size() * static_cast<std::size_t>(hop);
  std::vector<float> f0(midi.size()), audio(samples), white(samples), noise(samples);
  std::transform(midi.begin(), midi.end(), f0.begin(), data::midi_to_hz);
  harmonic_bank(controls.amplitudes, f0, controls.harmonics, hop, sample_rate, audio);

  const int bands = controls.bands, taps = noise_taps(bands);
  const std::vector<float> map = noise_response_map(bands);
  std::vector<float> responses(midi.size() * static_cast<std::size_t>(taps), 0.f);
  for (std::size_t j = 0; j < midi.size(); ++j) {
    float* response = responses.data() + j * static_cast<std::size_t>(taps);
    for (int b = 0; b < bands; ++b) {
      const float magnitude =
          controls.noise[j * static_cast<std::size_t>(bands) + static_cast<std::size_t>(b)];
      const float* row = map.data() + b * taps;
      for (int t = 0; t < taps; ++t) response[t] += magnitude * row[t];
    }
  }
  fill_white_noise(noise_seed, white);
  filter_noise(responses, white, taps, hop, noise);
  for (std::size_t i = 0; i < samples; ++i) audio[i] += noise[i];
  return audio;
}

}  // namespace continuo::ddsp
