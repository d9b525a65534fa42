#include "models/data/make/midi_file.h"

#include <algorithm>

namespace continuo::make {
namespace {

void put(std::string& out, unsigned long value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

void put_delta(std::string& out, unsigned long value) {
  char digits[8];
  int count = 0;
  do {
    digits[count++] = static_cast<char>(value & 0x7f);
    value >>= 7;
  } while (value);
  while (count-- > 0) out.push_back(static_cast<char>(digits[count] | (count ? 0x80 : 0)));
}

}  // namespace

std::string midi_file(std::vector<MidiEvent> events, int ticks_per_quarter, long tail) {
  std::stable_sort(events.begin(), events.end(),
                   [](const MidiEvent& a, const MidiEvent& b) { return a.tick < b.tick; });
  std::string track;
  long now = 0;
  for (const MidiEvent& event : events) {
    put_delta(track, static_cast<unsigned long>(event.tick - now));
    now = event.tick;
    track.append(event.bytes.begin(), event.bytes.end());
  }
  put_delta(track, static_cast<unsigned long>(tail));
  track += std::string("\xff\x2f\x00", 3);
  std::string out = "MThd";
  put(out, 6, 4);
  put(out, 0, 2);
  put(out, 1, 2);
  put(out, static_cast<unsigned long>(ticks_per_quarter), 2);
  out += "MTrk";
  put(out, track.size(), 4);
  return out + track;
}

MidiEvent tempo(long tick, long us) {
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(us >> shift); };
  return {tick, {0xff, 0x51, 3, byte(16), byte(8), byte(0)}};
}

}  // namespace continuo::make
