// The measures that make up a Cleanness, each by itself; inside of models/data/audio only.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/data/features.h"

namespace continuo::data {

// How far the partials of a voice move on their own, in cents (cleanness_voices.cpp). Nothing without a
// voiced stretch of 0.25 s in which two partials or more stand out.
std::optional<double> partial_spread(std::span<const float> audio, double sample_rate,
                                     const Features& features, int hop);

// Power of tones between the harmonics relative to the harmonics, dB (cleanness_bleed.cpp). Loud tones
// without any common pitch count as 0 dB. Nothing where neither they nor a voice last for 0.4 s.
std::optional<double> tonal_bleed(std::span<const float> audio, double sample_rate, const Features& features,
                                  int hop);

// Seconds for 60 dB of the shortest free decays (cleanness_room.cpp). Nothing where no note ends in 25 dB of
// quiet.
std::optional<double> free_decay(std::span<const float> audio, double sample_rate);

// dBFS of the noise under the tones, at most (cleanness_noise.cpp).
std::optional<double> noise_floor(std::span<const float> audio, double sample_rate);

// 50 or 60 when lines at its multiples stand out of the quietest moments (cleanness_noise.cpp). Nothing under
// 2 s.
std::optional<double> mains_hum(std::span<const float> audio, double sample_rate);

// Hz where the spectrum breaks off at a steep edge; half the sample rate where it does not
// (cleanness_noise.cpp).
std::optional<double> bandwidth(std::span<const float> audio, double sample_rate);

// Of `values`, which are reordered; share 0 .. 1. Nothing of nothing.
std::optional<double> percentile(std::vector<double>& values, double share);

}  // namespace continuo::data
