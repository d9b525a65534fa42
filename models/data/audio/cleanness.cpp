#include "models/data/audio/cleanness.h"

#include <algorithm>
#include <cmath>

#include "models/data/audio/cleanness_parts.h"

namespace continuo::data {

std::optional<double> percentile(std::vector<double>& values, double share) {
  if (values.empty()) return {};
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const double below = values[static_cast<std::size_t>(low)];
  if (static_cast<double>(low) == at) return below;
  const double above = *std::min_element(values.begin() + low + 1, values.end());
  return below + (at - static_cast<double>(low)) * (above - below);
}

Cleanness measure_cleanness(std::span<const float> audio, double sample_rate, const Features& features,
                            int hop) {
  Cleanness out;
  out.voices = partial_spread(audio, sample_rate, features, hop);
  out.bleed_db = tonal_bleed(audio, sample_rate, features, hop);
  out.decay_s = free_decay(audio, sample_rate);
  out.noise_floor_db = noise_floor(audio, sample_rate);
  out.bandwidth_hz = bandwidth(audio, sample_rate);
  out.clipped_share = clipped_share(audio);
  return out;
}

std::vector<Fault> faults_of(const Cleanness&, const Limits&) {
  return {};
}

}  // namespace continuo::data
