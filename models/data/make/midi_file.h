// Writing Standard MIDI Files: one track of timed messages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace continuo::make {

struct MidiEvent {
  long tick = 0;
  std::vector<std::uint8_t> bytes;  // a whole channel message, or FF type length data
};

// Format 0. Events of one tick keep their order. `tail` ticks are added after the last one.
std::string midi_file(std::vector<MidiEvent> events, int ticks_per_quarter, long tail = 0);

// A tempo event.
MidiEvent tempo(long tick, long microseconds_per_quarter);

}  // namespace continuo::make
