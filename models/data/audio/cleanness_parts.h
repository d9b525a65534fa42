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

// Power of tones between the harmonics relative to the harmonics, dB (cleanness_bleed.cpp). Nothing without a
// voiced stretch of 24 periods.
std::optional<double> tonal_bleed(std::span<const float> audio, double sample_rate, const Features& features,
                                  int hop);

// Of `values`, which are reordered; share 0 .. 1. Nothing of nothing.
std::optional<double> percentile(std::vector<double>& values, double share);

}  // namespace continuo::data
