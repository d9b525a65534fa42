#include "models/ddsp/evaluate.h"

#include <cmath>

#include "models/ddsp/spectral_loss.h"

namespace continuo::ddsp {

Evaluation evaluate(std::span<const Clip> recordings, int sample_rate, int hop, const Renderer& render) {
  constexpr float kSounding_db = -50;
  const data::FeatureSpec spec = data::feature_spec(sample_rate, hop);
  Evaluation result;
  double power = 0, cents_ok = 0, rough_model = 0, rough_data = 0;
  double sounding = 0, voiced = 0;
  for (const Clip& clip : recordings) {
    const std::vector<float> audio = render(clip.midi, clip.db);
    result.spectral_loss += multi_scale_spectral_loss(audio, clip.audio);
    ++result.recordings;
    const data::Features heard = data::extract_features(audio, spec);
    const data::Features source = data::extract_features(clip.audio, spec);
    for (std::size_t j = 0; j < clip.frames() && j < heard.frames(); ++j) {
      if (clip.db[j] < kSounding_db) continue;
      ++sounding;
      power += std::fabs(heard.db[j] - clip.db[j]);
      if (!clip.voiced[j]) continue;
      ++voiced;
      if (heard.voiced[j] && std::fabs(heard.midi[j] - clip.midi[j]) < 0.1f) ++cents_ok;
      rough_model += heard.aperiodicity[j];
      rough_data += source.aperiodicity[j];
    }
  }
  if (result.recordings > 0) result.spectral_loss /= result.recordings;
  if (sounding > 0) result.power_error_db = power / sounding;
  if (voiced > 0) {
    result.within_10_cents = 100 * cents_ok / voiced;
    result.aperiodicity_model = rough_model / voiced;
    result.aperiodicity_data = rough_data / voiced;
  }
  return result;
}

}  // namespace continuo::ddsp
