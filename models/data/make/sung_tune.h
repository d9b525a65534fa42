// A tune as a singer would sing it: phrases with breaths, rubato, portamento, vibrato, dynamics; by rule.
#pragma once

#include <string>
#include <vector>

#include "models/data/make/gesture.h"
#include "models/data/make/random.h"
#include "models/data/make/singer.h"
#include "models/data/make/tunes.h"

namespace continuo::make {

// What is sung from one breath to the next, with the rest before it.
struct SungPhrase {
  Gesture gesture;
  Technique technique = Technique::straight;
};

// Phrases of 2.5 to 8 s, at most `seconds` in all (a tune that is longer begins at any of its phrases). The
// tune is moved into the voice's range; a phrase ends at long notes and full bars, its last note is
// stretched, and a breath of 0.3 to 0.9 s follows. Techniques change between phrases: straight, vibrato,
// breathy, belt, trill (on long notes) and glissando (from note to note). No note is longer than 4 s.
std::vector<SungPhrase> sing_tune(const Tune& tune, const SingerVoice& voice, double seconds, Random& random);

}  // namespace continuo::make
