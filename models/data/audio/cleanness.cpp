#include "models/data/audio/cleanness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "models/data/audio/cleanness_parts.h"
#include "models/data/audio/phase_warp.h"

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

namespace {

template <typename... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 400> out;
  std::snprintf(out.data(), out.size(), format, values...);
  return out.data();
}

}  // namespace

Cleanness measure_cleanness(std::span<const float> audio, double sample_rate, const Features& features,
                            int hop) {
  Cleanness out;
  const Features settled = without_slips(features, static_cast<std::size_t>(sample_rate / hop));
  out.voices = partial_spread(audio, sample_rate, settled, hop);
  out.bleed_db = tonal_bleed(audio, sample_rate, settled, hop);
  out.decay_s = free_decay(audio, sample_rate);
  // Of a sound without pitch nobody can say what is noise in it, but for its pauses.
  std::vector<double> levels(features.db.begin(), features.db.end());
  const double loud = percentile(levels, 0.9).value_or(0), soft = percentile(levels, 0.05).value_or(0);
  if (features.voiced_share() > 0.3) {
    out.noise_floor_db = noise_floor(audio, sample_rate);
    out.hum_hz = mains_hum(audio, sample_rate);
  } else if (loud - soft > 25) {
    out.noise_floor_db = std::min(soft, *noise_floor(audio, sample_rate));
  }
  if (out.noise_floor_db) out.noise_under_voice_db = loud - *out.noise_floor_db;
  out.bandwidth_hz = bandwidth(audio, sample_rate);
  out.clipped_share = clipped_share(audio);
  return out;
}

std::vector<Fault> faults_of(const Cleanness& c, const Limits& limits) {
  std::vector<Fault> faults;
  const auto add = [&](const char* measure, double value, double limit, const std::string& reason) {
    faults.push_back({measure, value, limit, reason});
  };
  if (c.voices && *c.voices > limits.voices) {
    add("voices", *c.voices, limits.voices,
        text("more than one voice, or one with vibrato in a hall: the partials stray %.2f cents from each "
             "other, those of one dry voice less than %.1f; record one voice at a time, closer",
             *c.voices, limits.voices));
  }
  if (c.bleed_db && *c.bleed_db > limits.bleed_db) {
    add("bleed_db", *c.bleed_db, limits.bleed_db,
        *c.bleed_db > -8
            ? text("two pitches at once: the second is only %.0f dB softer; use a part with one note at a "
                   "time",
                   -*c.bleed_db)
            : text("another pitch sounds %.0f dB under the voice; a closer microphone, or headphones that "
                   "do not leak, would keep it out",
                   -*c.bleed_db));
  }
  if (c.decay_s && *c.decay_s > limits.decay_s) {
    add("decay_s", *c.decay_s, limits.decay_s,
        text("notes ring on: %.1f s for 60 dB; record closer or in a drier room (an instrument that rings by "
             "itself is "
             "fine: keep it)",
             *c.decay_s));
  }
  const bool close = c.noise_under_voice_db && *c.noise_under_voice_db < limits.noise_under_voice_db;
  if (c.noise_floor_db && (close || *c.noise_floor_db > limits.noise_floor_db)) {
    const std::string hum = c.hum_hz ? text(", with mains hum of %.0f Hz", *c.hum_hz) : std::string();
    add("noise_floor_db", *c.noise_floor_db, limits.noise_floor_db,
        text("noise at %.0f dBFS%s, %.0f dB under the voice; record closer, or in a quieter room",
             *c.noise_floor_db, hum.c_str(), c.noise_under_voice_db.value_or(0)));
  }
  if (c.bandwidth_hz && *c.bandwidth_hz < limits.bandwidth_hz) {
    add("bandwidth_hz", *c.bandwidth_hz, limits.bandwidth_hz,
        text("nothing above %.1f kHz: a low sample rate or strong compression; look for the original "
             "recording",
             *c.bandwidth_hz / 1000));
  }
  if (c.clipped_share > limits.clipped_share) {
    add("clipped_share", c.clipped_share, limits.clipped_share,
        text("clipped: %.2f %% of the samples lie in flat tops; record with the level 6 dB lower",
             100 * c.clipped_share));
  }
  return faults;
}

}  // namespace continuo::data
