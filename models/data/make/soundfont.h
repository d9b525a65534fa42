// Playing a gesture on a SoundFont instrument by FluidSynth: notes, pitch bend and CC2, a thousand times a
// second.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "models/data/make/gesture.h"
#include "models/data/make/tools.h"

namespace continuo::make {

// A preset of MuseScore General's bank 17 ("Expr."): CC2 moves its level and, with velocity, its timbre.
struct Instrument {
  const char* name;         // "tenor-sax"
  int program = 0;          // 0-based
  int low = 36, high = 96;  // MIDI, where it is played
  double vibrato_cents = 30, vibrato_hz = 5.5;
  const char* family = "";  // "strings", "woodwind", "brass", "voice"
};
std::span<const Instrument> instruments();
// Throws std::runtime_error that lists the names.
const Instrument& instrument_named(const std::string& name);

// What rendering needs: fluidsynth and musescore-general-soundfont-small.
std::vector<Need> soundfont_needs();
std::filesystem::path soundfont_file();

// The messages that play a gesture, a tick a millisecond. A note lasts from one edge of the gesture (a rest's
// end, a jump in pitch) to the next; tied notes overlap by no tick.
std::string gesture_to_midi(const Gesture& gesture, const Instrument& instrument);

// Disk thread. Runs FluidSynth in a scratch folder, no reverb, no chorus; mono, `sample_rate` Hz, `tail_s`
// longer than the gesture. Throws std::runtime_error.
std::vector<float> play_soundfont(const Gesture& gesture, const Instrument& instrument, int sample_rate,
                                  double tail_s = 0.6);

}  // namespace continuo::make
