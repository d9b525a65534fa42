// What an item is like, in numbers.
#include "models/data/audio/describe_audio.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/dsp/fft.h"
#include "models/data/audio/vibrato.h"
#include "models/data/notes.h"

namespace continuo::data {

namespace {

constexpr float kSilence_db = -60;
constexpr double kFewestPitched = 0.1;  // of what sounds; fewer say nothing about the pitch
constexpr int kFft = 1024;

double rounded_to(double value, double unit) {
  return std::round(value / unit) * unit;
}

// Three decimals as they are printed, not as a sum of binary fractions.
double thousandths(double value) {
  return std::round(value * 1000) / 1000;
}

// The power-weighted mean frequency of what sounds.
double brightness_hz(std::span<const float> audio, int sample_rate) {
  dsp::RealFft fft;
  fft.prepare(kFft);
  std::vector<float> frame(kFft);
  std::vector<std::complex<float>> spectrum(static_cast<std::size_t>(fft.bins()));
  double weighted = 0, power = 0;
  for (std::size_t begin = 0; begin < audio.size(); begin += kFft) {
    for (std::size_t i = 0; i < kFft; ++i) {
      const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kFft);
      frame[i] = begin + i < audio.size() ? static_cast<float>(hann * audio[begin + i]) : 0.f;
    }
    fft.forward(frame.data(), spectrum.data());
    for (std::size_t k = 1; k < spectrum.size(); ++k) {
      weighted += static_cast<double>(k) * std::norm(spectrum[k]);
      power += std::norm(spectrum[k]);
    }
  }
  return power > 0 ? weighted / power * sample_rate / kFft : 0;
}

// From 20 dB to 3 dB under the first half second's loudest frame.
double attack_ms(const std::vector<float>& db, double frame_s) {
  const auto first = std::find_if(db.begin(), db.end(), [](float v) { return v > kSilence_db; });
  const auto span = std::min<std::ptrdiff_t>(db.end() - first, static_cast<std::ptrdiff_t>(0.5 / frame_s));
  if (span <= 0) return 0;
  const float top = *std::max_element(first, first + span);
  const auto begin = std::find_if(first, db.end(), [&](float v) { return v > top - 20; });
  const auto end = std::find_if(begin, db.end(), [&](float v) { return v > top - 3; });
  return 1000 * frame_s * static_cast<double>(end - begin);
}

// Level rises by 6 dB within 50 ms to within 30 dB of the loudest: how many a second.
double onsets_per_s(const std::vector<float>& db, double frame_s) {
  const auto reach = static_cast<std::size_t>(std::max(1.0, 0.05 / frame_s));
  const float loud = *std::max_element(db.begin(), db.end());
  std::size_t onsets = 0, rest = 0;
  for (std::size_t j = 0; j < db.size(); ++j) {
    const float before = j < reach ? -80.f : db[j - reach];
    if (rest > 0) {
      --rest;
    } else if (db[j] > before + 6 && db[j] > loud - 30) {
      ++onsets;
      rest = 2 * reach;
    }
  }
  return static_cast<double>(onsets) / (static_cast<double>(db.size()) * frame_s);
}

float midi_of(float f0_hz) {
  return std::clamp(hz_to_midi(f0_hz), 0.f, 127.f);
}

void add_histograms(const ItemTracks& tracks, double frame_s, nlohmann::json& details) {
  std::vector<double> pitch(128, 0.0), level(81, 0.0);
  std::vector<std::vector<double>> plane(24, std::vector<double>(16, 0.0));
  for (std::size_t j = 0; j < tracks.db.size(); ++j) {
    const double db = std::clamp<double>(tracks.db[j], -80, 0);
    level[static_cast<std::size_t>(std::lround(db + 80))] += frame_s;
    if (tracks.f0_hz[j] <= 0 || db <= kSilence_db) continue;
    const double midi = midi_of(tracks.f0_hz[j]);
    pitch[static_cast<std::size_t>(std::lround(midi))] += frame_s;
    // Semitones 16 to 111, where music is; what lies beyond counts at the edge.
    const auto column = static_cast<std::size_t>(std::clamp((midi - 16) / 4, 0.0, 23.0));
    plane[column][std::min<std::size_t>(15, static_cast<std::size_t>((db + 80) / 5))] += frame_s;
  }
  const auto round_all = [](std::vector<double>& values) {
    for (double& v : values) v = thousandths(v);
  };
  round_all(pitch);
  round_all(level);
  for (auto& column : plane) round_all(column);
  details["pitch_histogram"] = pitch;
  details["db_histogram"] = level;
  details["plane"] = plane;
}

}  // namespace

void describe_audio(std::span<const float> audio, const ItemTracks& tracks, int sample_rate, int hop,
                    Item& item) {
  const double frame_s = static_cast<double>(hop) / sample_rate;
  std::vector<float> level, pitch;
  double aperiodicity = 0;
  for (std::size_t j = 0; j < tracks.db.size(); ++j) {
    if (tracks.db[j] <= kSilence_db) continue;
    level.push_back(tracks.db[j]);
    aperiodicity += 1 - tracks.confidence[j];
    if (tracks.f0_hz[j] > 0) pitch.push_back(midi_of(tracks.f0_hz[j]));
  }
  auto& f = item.features;
  f["duration_s"] = thousandths(static_cast<double>(audio.size()) / sample_rate);
  add_histograms(tracks, frame_s, item.details);
  if (level.empty()) return;
  const auto sounding = static_cast<double>(level.size());
  f["loudness_median_db"] = rounded_to(quantile(level, 50), 0.125);
  f["loudness_range_db"] = rounded_to(quantile(level, 95) - quantile(level, 5), 0.125);
  f["brightness_hz"] = std::round(brightness_hz(audio, sample_rate));
  f["aperiodicity"] = thousandths(aperiodicity / sounding);
  f["attack_ms"] = std::round(attack_ms(tracks.db, frame_s));
  f["onset_rate_hz"] = thousandths(onsets_per_s(tracks.db, frame_s));
  f["voiced_share"] = thousandths(static_cast<double>(pitch.size()) / sounding);
  if (static_cast<double>(pitch.size()) < kFewestPitched * sounding) return;
  f["pitch_median_midi"] = thousandths(quantile(pitch, 50));
  f["pitch_range_semitones"] = thousandths(quantile(pitch, 97) - quantile(pitch, 3));
  const Vibrato vibrato = find_vibrato(tracks.f0_hz, 1 / frame_s);
  f["vibrato_rate_hz"] = thousandths(vibrato.rate_hz);
  f["vibrato_extent_cents"] = std::round(vibrato.extent_cents * 10) / 10;
}

}  // namespace continuo::data
