#include "models/ddsp/evaluate.h"

#include <algorithm>
#include <cmath>

#include "models/ddsp/loudness.h"
#include "models/ddsp/spectral_loss.h"

namespace continuo::ddsp {
namespace {

// Noise power over harmonic power of one frame, dB (uniform white noise has a mean square of a third).
double noise_ratio_db(const ControlTrack& track, std::size_t frame) {
  const auto h = static_cast<std::size_t>(track.harmonics), b = static_cast<std::size_t>(track.bands);
  double harmonic = 1e-12, noise = 1e-12;
  for (std::size_t k = 0; k < h; ++k) {
    const double a = track.amplitudes[frame * h + k];
    harmonic += a * a / 2;
  }
  for (std::size_t i = 0; i < b; ++i) {
    const double m = track.noise[frame * b + i];
    noise += m * m / 3 / static_cast<double>(b);
  }
  return 10 * std::log10(noise / harmonic);
}

}  // namespace

Evaluation evaluate(std::span<const Clip> recordings, int sample_rate, int hop, const Renderer& render) {
  constexpr float kSounding_db = -50;
  constexpr double kOutlierSemitones = 12;
  const data::FeatureSpec spec = data::feature_spec(sample_rate, hop);
  Evaluation result;
  double power = 0, cents_ok = 0, noise_model = 0, noise_data = 0;
  double sounding = 0, voiced = 0, tracked = 0, loudness_sum = 0, f0_sum = 0, lost = 0, outliers = 0;
  for (const Clip& clip : recordings) {
    const std::vector<float> audio = render(clip);
    result.spectral_loss += multi_scale_spectral_loss(audio, clip.audio);
    ++result.recordings;
    const data::Features heard = data::extract_features(audio, spec);
    std::vector<float> f0(clip.midi.size());
    std::transform(clip.midi.begin(), clip.midi.end(), f0.begin(), data::midi_to_hz);
    const ControlTrack made =
        analyse_controls(audio, f0, clip.controls.harmonics, clip.controls.bands, hop, sample_rate);
    const auto loud = loudness(audio, sample_rate, hop), wanted = loudness(clip.audio, sample_rate, hop);
    double own_voiced = 0, own_tracked = 0, own_f0 = 0;
    for (std::size_t j = 0; j < clip.frames() && j < heard.frames(); ++j) {
      if (clip.db[j] < kSounding_db) continue;
      ++sounding;
      power += std::fabs(heard.db[j] - clip.db[j]);
      if (j < loud.size() && j < wanted.size()) loudness_sum += std::fabs(loud[j] - wanted[j]);
      if (!clip.voiced[j]) continue;
      ++voiced;
      ++own_voiced;
      const double off = std::fabs(heard.midi[j] - clip.midi[j]);
      if (heard.voiced[j]) ++own_tracked, own_f0 += off;
      if (!heard.voiced[j] || off > 1) ++lost;
      if (heard.voiced[j] && std::fabs(heard.midi[j] - clip.midi[j]) < 0.1f) ++cents_ok;
      noise_model += noise_ratio_db(made, j);
      noise_data += noise_ratio_db(clip.controls, j);
    }
    tracked += own_tracked;
    f0_sum += own_f0;
    if (own_voiced > 0 && (own_tracked == 0 || own_f0 / own_tracked > kOutlierSemitones)) ++outliers;
  }
  if (result.recordings > 0) result.spectral_loss /= result.recordings;
  if (result.recordings > 0) result.outliers_percent = 100 * outliers / result.recordings;
  if (sounding > 0) result.power_error_db = power / sounding;
  if (sounding > 0) result.loudness_l1_db = loudness_sum / sounding;
  if (tracked > 0) result.f0_l1_semitones = f0_sum / tracked;
  if (voiced > 0) result.lost_frames_percent = 100 * lost / voiced;
  if (voiced > 0) {
    result.within_10_cents = 100 * cents_ok / voiced;
    result.noise_model_db = noise_model / voiced;
    result.noise_data_db = noise_data / voiced;
  }
  return result;
}

}  // namespace continuo::ddsp
