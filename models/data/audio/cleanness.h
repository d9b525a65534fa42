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
  // How far the partials stray on their own, beyond what noise and vibrato explain, in cents (see
  // cleanness_voices.cpp). Below 1 a steady solo, 1 to 2.6 a lively one, from 3 up a section in unison.
  std::optional<double> voices;
  std::optional<double> bleed_db;              // another pitch beside the voice, relative to it
  std::optional<double> decay_s;               // for 60 dB, after the shortest note ends: the room's, at most
  std::optional<double> noise_floor_db;        // dBFS under the tones, at most
  std::optional<double> noise_under_voice_db;  // the loud voice (ninth decile) over that noise, dB
  std::optional<double> hum_hz;                // 50 or 60 where mains hum stands out of the noise
  std::optional<double> bandwidth_hz;          // where the spectrum breaks off, else half the sample rate
  double clipped_share = 0;                    // of the samples, in flat tops
};

// One threshold a measure: beyond it an item is at fault. Set on recordings whose nature is known
// (data/singing, data/solo-instrument) so that what a solo does by itself passes.
struct Limits {
  double voices = 2.7;    // cents; 37 solos of data/singing lie up to 2.6, its 23 sections from 3.2 up
  double bleed_db = -15;  // dB; softer neighbours (a choir's close microphones) pass, half a voice does not
  double decay_s = 1.5;   // s; rooms and studios have 0.2 to 0.6, halls 1.5 and more (an open string 3.5)
  double noise_floor_db = -30;       // dBFS; a breathy bass reads -35
  double noise_under_voice_db = 10;  // dB; where the pitch tracker begins to slip
  double bandwidth_hz = 7000;        // Hz; breath and consonants need it; telephone is 3400
  double clipped_share = 0.001;      // one sample in a thousand is heard as a crackle on every loud note
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
