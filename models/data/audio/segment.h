// Where something sounds: a recording cut at its silences, long stretches at their quietest moments.
#pragma once

#include <span>
#include <vector>

namespace continuo::data {

struct SilenceRules {
  double floor_db = -60;     // below it nothing sounds, dBFS
  double range_db = 40;      // nor that far below the recording's loudest
  double hysteresis_db = 6;  // a sound goes on until it is that much below what began it
  double silence_s = 0.3;    // shorter pauses do not cut
  double sound_s = 0.1;      // shorter sounds are clicks
  double lead_s = 0.05;      // kept before a sound ...
  double tail_s = 0.25;      // ... and after it
};

// A stretch of a recording, seconds.
struct Stretch {
  double begin_s = 0, end_s = 0;
  double length_s() const { return end_s - begin_s; }
};

// Any thread. `db` holds the level of each block of `block_s` seconds; stretches shorter than `shortest_s`
// are left out. In a noisy recording (its quietest blocks 20 dB under the loudest or lower) what lies within
// 6 dB of the noise is silence too.
std::vector<Stretch> sounding_stretches(std::span<const float> db, double block_s, double shortest_s,
                                        const SilenceRules& rules);

// Cuts into equal parts of at most `longest_s`, each cut moved by up to a fifth of a part to the quietest
// block there.
std::vector<Stretch> cut_long(const Stretch& stretch, std::span<const float> db, double block_s,
                              double longest_s);

// Chunks of `chunk_s`, each beginning chunk_s - overlap_s after the one before; a rest shorter than
// a quarter of a chunk is left out, and so is a stretch shorter than `shortest_s`.
std::vector<Stretch> chunks_of(const Stretch& stretch, double chunk_s, double overlap_s, double shortest_s);

}  // namespace continuo::data
