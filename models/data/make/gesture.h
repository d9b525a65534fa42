// What a performer does, a thousand times a second: pitch and level. Whatever is played from a gesture (our
// own oscillators, the glottal singer, a SoundFont) has it as its exact ground truth.
#pragma once

#include <cstddef>
#include <vector>

namespace continuo::make {

inline constexpr int kGestureRate = 1000;  // points a second; linear in between

struct Gesture {
  std::vector<float> midi;  // MIDI note numbers with fractions; 0 in a rest
  std::vector<float> db;    // level, 0 is full; kSilence in a rest
  std::size_t points() const { return midi.size(); }
  double seconds() const { return static_cast<double>(points()) / kGestureRate; }
};
inline constexpr float kSilence = -120;

// A note's shape. Times in seconds.
struct NoteShape {
  double seconds = 0.5;
  double midi = 60, to_midi = 60;  // a glide when they differ, over the middle of the note, S-shaped
  double db = -6, to_db = -6;      // at its begin and end
  double vibrato_hz = 0, vibrato_cents = 0, vibrato_delay = 0.2;  // grows in over 0.2 s after the delay
  double attack = 0.015, release = 0.04;                          // within `seconds`
  double scoop_cents = 0;                                         // begins so far off and settles in 0.1 s
};

// Appends a note or a rest.
void add_note(Gesture& gesture, const NoteShape& note);
void add_rest(Gesture& gesture, double seconds);

// Whether something sounds at a point, and how far (s) the nearest begin, end or jump of a note is.
std::vector<char> settled_points(const Gesture& gesture, double margin_s);

// At `seconds` from the begin, by linear interpolation; 0 outside and in rests.
double f0_at(const Gesture& gesture, double seconds);
double db_at(const Gesture& gesture, double seconds);

}  // namespace continuo::make
