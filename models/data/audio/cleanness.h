// How clean a recording is for a model of one voice: more than one voice, bleed, room, noise, bandwidth,
// clipping.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/data/features.h"
#include "models/data/set.h"

namespace continuo::data {

// What was measured; nothing where the item says nothing about it (no voiced stretch, no free decay ...).
struct Cleanness {
  std::optional<double> voices;          // 0 one voice .. 1 surely several
  std::optional<double> bleed_db;        // another sound under the voice, relative to the voice
  std::optional<double> decay_s;         // RT60 of the room and the instrument together, at most
  std::optional<double> noise_floor_db;  // dBFS, in the quietest frames
  std::optional<double> bandwidth_hz;    // up to where something lies above the noise
  double clipped_share = 0;              // of the samples, in flat tops
};

// One threshold a measure.
struct Limits {
  double voices = 0.5;
  double bleed_db = -20;
  double decay_s = 1.5;
  double noise_floor_db = -50;
  double bandwidth_hz = 7000;
  double clipped_share = 0.001;
};

// Any thread, no state. `audio` is a whole item (a stretch between silences, 0.5 to 60 s), `features` its
// control frames at `hop`.
Cleanness measure_cleanness(std::span<const float> audio, double sample_rate, const Features& features,
                            int hop);

// Share of the samples in flat tops: three or more alike at the highest or lowest value, met more than twice;
// also below full scale. Look at the recording before it is resampled: that blurs flat tops.
double clipped_share(std::span<const float> audio);

// One fault for each measure beyond its limit, in plain words, with what could be done about it.
std::vector<Fault> faults_of(const Cleanness& cleanness, const Limits& limits);

}  // namespace continuo::data
