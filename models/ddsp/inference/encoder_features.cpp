#include "models/ddsp/inference/encoder_features.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace continuo::ddsp {
namespace {

constexpr float kFloor = 1e-7f;        // of a band's power
constexpr double kMean_s = 0.25;       // of pitch and power, what their movement is measured from
constexpr double kBefore_s = 0.04;     // the change of pitch is counted over this
constexpr float kLargestChange = 3;    // semitones
constexpr float kLargestDistance = 6;  // semitones, or 10 dB
constexpr float kDbScale = 0.1f;

// O'Shaughnessy's mel scale.
double mel(double hz) {
  return 2595 * std::log10(1 + hz / 700);
}
double hz_of(double mel) {
  return 700 * (std::pow(10, mel / 2595) - 1);
}

}  // namespace

void EncoderFeatures::prepare(const EncoderFeatureSpec& spec) {
  if (spec.mels < 4 || spec.window < 64 || spec.hop < 1 || !(spec.low_hz > 0) ||
      !(spec.high_hz > spec.low_hz) || spec.high_hz > 0.5f * static_cast<float>(spec.sample_rate)) {
    throw std::invalid_argument(
        "an encoder needs 4 mel bands or more, a window of 64 samples or more, and "
        "0 < low_hz < high_hz <= half the sample rate");
  }
  spec_ = spec;
  const auto window = static_cast<std::size_t>(spec.window);
  fft_.prepare(spec.window);
  hann_.resize(window);
  windowed_.resize(window);
  spectrum_.resize(static_cast<std::size_t>(fft_.bins()));
  power_.resize(spectrum_.size());
  double sum = 0;
  for (std::size_t n = 0; n < window; ++n) {
    const double w = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / spec.window);
    hann_[n] = static_cast<float>(w);
    sum += w;
  }
  for (float& w : hann_) w = static_cast<float>(w / sum);
  bands_.clear();
  const double low = mel(spec.low_hz), step = (mel(spec.high_hz) - low) / (spec.mels + 1);
  const double bin_hz = static_cast<double>(spec.sample_rate) / spec.window;
  for (int b = 0; b < spec.mels; ++b) {
    const double left = hz_of(low + b * step), centre = hz_of(low + (b + 1) * step),
                 right = hz_of(low + (b + 2) * step);
    Band band;
    band.first = std::min(static_cast<int>(std::floor(left / bin_hz)), fft_.bins() - 1);
    for (int k = band.first; k < fft_.bins() && k * bin_hz < right + bin_hz; ++k) {
      const double hz = k * bin_hz;
      // A band narrower than a bin still hears the nearest ones.
      const double rise = (hz - left + bin_hz / 2) / (centre - left + bin_hz / 2);
      const double fall = (right + bin_hz / 2 - hz) / (right - centre + bin_hz / 2);
      band.weights.push_back(static_cast<float>(std::max(0.0, std::min({1.0, rise, fall}))));
    }
    bands_.push_back(std::move(band));
  }
  const double frame_rate = static_cast<double>(spec.sample_rate) / spec.hop;
  keep_ = static_cast<float>(std::exp(-1 / (kMean_s * frame_rate)));
  past_midi_.assign(static_cast<std::size_t>(std::max(1.0, std::round(kBefore_s * frame_rate))), 0.f);
  reset();
}

void EncoderFeatures::reset() noexcept {
  begun_ = false;
  at_ = 0;
}

void EncoderFeatures::frame(std::span<const float> window, float midi, float db, bool voiced,
                            std::span<float> out) noexcept {
  const std::size_t length = std::min(window.size(), windowed_.size());
  for (std::size_t n = 0; n < length; ++n) windowed_[n] = window[n] * hann_[n];
  std::fill(windowed_.begin() + static_cast<std::ptrdiff_t>(length), windowed_.end(), 0.f);
  fft_.forward(windowed_.data(), spectrum_.data());
  for (std::size_t k = 0; k < power_.size(); ++k) power_[k] = std::norm(spectrum_[k]);
  const auto mels = static_cast<std::size_t>(spec_.mels);
  float mean = 0;
  for (std::size_t b = 0; b < mels; ++b) {
    float sum = kFloor;
    const Band& band = bands_[b];
    for (std::size_t i = 0; i < band.weights.size(); ++i)
      sum += band.weights[i] * power_[static_cast<std::size_t>(band.first) + i];
    out[b] = std::log(sum);
    mean += out[b];
  }
  mean /= static_cast<float>(mels);
  for (std::size_t b = 0; b < mels; ++b) out[b] -= mean;

  if (!begun_) {
    begun_ = true;
    mean_midi_ = midi;
    mean_db_ = db;
    std::fill(past_midi_.begin(), past_midi_.end(), midi);
  }
  mean_midi_ = midi + keep_ * (mean_midi_ - midi);
  mean_db_ = db + keep_ * (mean_db_ - db);
  out[mels] = std::clamp(midi - mean_midi_, -kLargestDistance, kLargestDistance);
  out[mels + 1] = std::clamp(kDbScale * (db - mean_db_), -kLargestDistance, kLargestDistance);
  out[mels + 2] = voiced ? 1.f : 0.f;
  out[mels + 3] = std::clamp(midi - past_midi_[at_], -kLargestChange, kLargestChange);
  past_midi_[at_] = midi;
  at_ = (at_ + 1) % past_midi_.size();
}

std::vector<float> encoder_features(std::span<const float> audio, std::span<const float> midi,
                                    std::span<const float> db, std::span<const char> voiced,
                                    const EncoderFeatureSpec& spec) {
  EncoderFeatures features;
  features.prepare(spec);
  const auto count = static_cast<std::size_t>(features.count());
  std::vector<float> out(midi.size() * count), window(static_cast<std::size_t>(spec.window));
  for (std::size_t j = 0; j < midi.size(); ++j) {
    const auto begin = static_cast<std::ptrdiff_t>(j) * spec.hop - spec.window / 2;
    for (std::ptrdiff_t n = 0; n < spec.window; ++n) {
      const std::ptrdiff_t at = begin + n;
      const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(audio.size());
      window[static_cast<std::size_t>(n)] = inside ? audio[static_cast<std::size_t>(at)] : 0.f;
    }
    features.frame(window, midi[j], db[j], voiced[j] != 0, {out.data() + j * count, count});
  }
  return out;
}

}  // namespace continuo::ddsp
