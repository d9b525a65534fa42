// OSC messages as readable text and back: what scores, /dumpOSC and `continuo osc send|monitor` use.
//
//   /part/1/note 60 100            i i       numbers without a point are i (h when they do not fit)
//   /part/1/gain -6.0 0.5          f f       with a point or an exponent: f
//   /part/1/model "alto sax"       s         quoted; a bare word is taken as s, too
//   /a T F N I [1 [2.5]]                     true false nil impulse, arrays
//   /a h:5 d:0.1 S:"x" c:"A"                 other types by their tag: h d S c, also i:5 f:2 s:word
//   /a t:3912345678.25 t:now                 a time tag in NTP seconds; now is "immediately"
//   /a b:00ff m:00903c7f r:#ff8000ff         hexadecimal: blob, MIDI, colour
//   "/an address" 1                          an address is quoted where it has spaces or quotes
//
// In quotes \" \\ \n \r \t and \xHH stand for what can't stand for itself.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/osc/packet.h"

namespace continuo::osc {

// Any thread but audio. parse_message(format(m)) gives the same address, types and values bit for bit; a
// float or double is written with as few digits as that takes.
std::string format(const Message& message);

struct ParsedMessage {
  std::vector<std::byte> packet;  // empty when the text is at fault
  std::string fault;              // "column 7: ...", columns count from 1
};

// Any thread but audio.
ParsedMessage parse_message(std::string_view text);

}  // namespace continuo::osc
