// What is heard in a stretch of sound: pitch and how it moves, level and how it moves, breath and brightness.
#pragma once

#include <span>
#include <string>

namespace continuo::test {

struct Heard {
  double midi = 0;           // median pitch of what is voiced; 0: nothing is
  double voiced = 0;         // share of the frames
  double level_db = -120;    // root mean square
  double vibrato_hz = 0;     // of the strongest movement of the pitch, 3 to 10 a second
  double vibrato_cents = 0;  // from its middle to its top, were it a sine
  double wobble_cents = 0;   // deviation of the pitch
  double tremolo_hz = 0;     // the same of the level
  double tremolo_db = 0;
  double noise_db = 0;   // between the harmonics, against them; medians over the frames
  double tilt_db = 0;    // above 1.5 kHz against below
  double pulses_hz = 0;  // of the strongest beat of the envelope, 30 to 120 a second: fry
  double pulses = 0;     // its amplitude, against the envelope's mean
};

// Mono at 48 kHz, 0.2 s at least.
Heard heard(std::span<const float> sound);
std::string text(const Heard& heard);

// Amplitude at one frequency, dB (0: a sine of full scale).
double amplitude_db(std::span<const float> sound, double hz);
// The largest step from sample to sample: what a click is.
double steepest(std::span<const float> sound);

}  // namespace continuo::test
