// Festival's singing mode (its singing-mode.scm is in the public domain) and what it gets wrong: it sounds an
// octave below the named note and keeps a tempo of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/data/make/gesture.h"
#include "models/data/make/random.h"
#include "models/data/make/tools.h"

namespace continuo::make {

struct SungNote {
  int midi = 0;      // as it shall sound; 0: a rest
  double beats = 1;  // at 60 beats a minute
  std::string word;
};

std::vector<Need> festival_needs();

// A melody of `notes` notes of a man's voice, one syllable each, with rests between phrases.
std::vector<SungNote> compose_song(int notes, Random& random);
// The score that Festival reads, an octave up.
std::string festival_score(const std::vector<SungNote>& song);

struct FestivalSong {
  std::vector<float> audio;
  Gesture truth;  // each note's pitch; flat, as Festival sings
};
// Disk thread. Runs text2wave. The notes' times are the score's, scaled to the sound's real length.
FestivalSong sing_by_festival(const std::vector<SungNote>& song, int sample_rate);

}  // namespace continuo::make
