// Chord symbols, and how a melody model sees the chord that its next event sounds with.
//
// As note-seq (chord_symbols_lib.py, chords_encoder_decoder.py) and, with Compatibility::kMagentaJs, as
// @magenta/music (core/chords.ts over tonal 2).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "models/musicrnn/events/event.h"

namespace continuo::musicrnn {

enum class Triad : std::int8_t { kMajor, kMinor, kAugmented, kDiminished, kOther };

// "N.C." when root < 0.
struct Chord {
  std::int8_t root = -1, bass = -1;  // pitch classes, C = 0
  Triad triad = Triad::kOther;
  std::uint16_t pitches = 0;  // bit n: pitch class n belongs to it
  bool operator==(const Chord&) const = default;
};

// Control thread. Throws std::invalid_argument for what is no chord symbol, and says why. With kMagentaJs a
// slash or an empty symbol is refused, the bass is always the root, and "C-7" is C major, as there.
Chord parse_chord(std::string_view symbol, Compatibility compatibility = Compatibility::kNone);

// A symbol that parses to the same root and triad; "N.C." for none, "C5" style for other kinds.
std::string chord_name(const Chord& chord);

// Any thread. Semitones up or down.
Chord transposed(Chord chord, int semitones) noexcept;

enum class ChordInput : std::uint8_t { kNone, kMajorMinor, kTriad, kPitches };

// 0, 25, 49 or 37.
int chord_inputs(ChordInput kind) noexcept;

// Whether the encoder knows such a chord: kMajorMinor and kTriad have no class for kOther.
bool encodes(ChordInput kind, const Chord& chord) noexcept;

// Any thread. What the network sees of it, from index 0 on; at most 15 entries. A chord that the encoder
// does not know (Magenta throws) counts as none.
std::size_t chord_input(ChordInput kind, const Chord& chord, std::span<Active> out) noexcept;

}  // namespace continuo::musicrnn
