// A MIDI message as it came, and what it means.
#pragma once

#include <cstdint>

namespace continuo::midi {

struct RawMessage {
  int64_t time_ns = 0;  // CLOCK_MONOTONIC at arrival
  uint16_t input = 0;   // which input of the hub
  uint8_t size = 0;     // 1 to 3; system exclusive is not passed on
  uint8_t bytes[3] = {};
};

enum class Kind : uint8_t {
  kNoteOn,        // key, value: velocity 1..127
  kNoteOff,       // key, value: release velocity 0..127 (note-on with velocity 0 reads as 64)
  kBend,          // value: semitones
  kPressure,      // value: 0..127, the whole channel's
  kPolyPressure,  // key, value: 0..127
  kControl,       // controller, value: 0..127
  kProgram,       // value: 0..127
  kAllSoundOff,   // CC 120
  kAllNotesOff,   // CC 123 to 127
  kClock,         // 24 a quarter note
  kStart,
  kContinue,
  kStop,
  kSongPosition,  // value: sixteenth notes
};

struct Event {
  Kind kind = Kind::kControl;
  uint8_t channel = 0;     // 0..15
  uint8_t key = 0;         // 0..127
  uint8_t controller = 0;  // 0..119
  // The channel belongs to one note of an MPE zone: its bend, pressure and CC 74 are that note's. `master` is
  // the zone's own channel, 0 (lower) or 15 (upper); elsewhere it is the channel itself.
  bool member = false;
  uint8_t master = 0;
  uint16_t input = 0;
  float value = 0;
  int64_t time_ns = 0;
};

}  // namespace continuo::midi
