// The technique singer: a glottal source and a tract that sing eight vocal techniques on seven vowels with
// six voices. Nothing is recorded: pitch, level, technique and vowel are known exactly.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/data/make/gesture.h"
#include "models/data/make/glottis.h"
#include "models/data/make/tract.h"

namespace continuo::make {

enum class Technique { straight, vibrato, breathy, belt, trill, glissando, fry, trillo };
inline constexpr std::array<Technique, 8> kTechniques = {
    Technique::straight, Technique::vibrato,   Technique::breathy, Technique::belt,
    Technique::trill,    Technique::glissando, Technique::fry,     Technique::trillo};
std::string name_of(Technique technique);

struct SingerVoice {
  const char* name;
  double tract_cm;
  double low, high;  // MIDI
};
std::span<const SingerVoice> singer_voices();  // bass, tenor, alto, soprano, baritone, mezzo

// How the cords are held for a technique at level `db`: louder is more pressed.
Phonation phonation_of(Technique technique, double db);

// 3 to 6 notes of about `seconds` in all. Trill: +-1 or 2 semitones, 5.5 to 6.5 a second. Glissando: 4 to 12
// semitones. Fry: 50 to 70 pulses a second. Trillo: one pitch, 6 to 8 beats a second.
// `rate_hz`, if given, is set to the rate of the vibrato, trill or trillo of the first note (else 0).
Gesture compose_singing(Technique technique, const SingerVoice& voice, double seconds, Random& random,
                        double* rate_hz = nullptr);

// Any thread. Mono at `sample_rate` (16000 to 96000), as long as the gesture; made at twice the rate, so that
// the pulses' corners do not alias. In fry, the gesture's pitch is the rate of pulses; every other one is
// weaker and late, so that the period is doubled.
std::vector<float> sing(const Gesture& gesture, Technique technique, const SingerVoice& voice, Vowel vowel,
                        int sample_rate, std::uint64_t seed);

}  // namespace continuo::make
