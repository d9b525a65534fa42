// The SoundFont's instruments as pitch cases.
#include <algorithm>
#include <cmath>

#include "models/data/make/phrases.h"
#include "models/data/make/pitch_cases.h"
#include "models/data/make/random.h"
#include "models/data/make/soundfont.h"

namespace continuo::make {

std::vector<PitchCase> instrument_pitch_cases(int sample_rate, int hop, std::uint64_t seed,
                                              std::string* why) {
  const std::vector<std::string> missing = missing_packages(soundfont_needs());
  if (!missing.empty()) {
    if (why) {
      *why = "not installed:";
      for (const std::string& package : missing) *why += " " + package;
    }
    return {};
  }
  std::vector<PitchCase> cases;
  for (const char* name :
       {"violin", "cello", "flute", "clarinet", "oboe", "trumpet", "tenor-sax", "bassoon"}) {
    const Instrument& instrument = instrument_named(name);
    Random random(seed, name);
    Gesture gesture;
    add_rest(gesture, 0.15);
    while (gesture.seconds() < 8) add_phrase(gesture, phrase_style(instrument), random);
    PitchCase sound;
    sound.name = name;
    sound.group = "instruments";
    sound.sample_rate = sample_rate;
    sound.hop = hop;
    sound.audio = play_soundfont(gesture, instrument, sample_rate);
    float peak = 1e-9f;
    for (const float v : sound.audio) peak = std::max(peak, std::abs(v));
    for (float& v : sound.audio) v *= 0.5f / peak;
    set_truth(sound, gesture);
    cases.push_back(std::move(sound));
  }
  return cases;
}

}  // namespace continuo::make
