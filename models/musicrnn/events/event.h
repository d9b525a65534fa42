// What a position of an event stream holds, and what a network sees of it.
#pragma once

#include <array>
#include <cstdint>

namespace continuo::musicrnn {

// One element of a network's input vector; all that are not listed are 0. A one-hot costs one table look-up.
struct Active {
  int index = 0;
  float value = 1;
  bool operator==(const Active&) const = default;
};

// kMagentaJs: as @magenta/music 1.23 does it, its faults included (reference musicrnn.md, 1.2 to 1.6).
enum class Compatibility : std::uint8_t { kNone, kMagentaJs };

inline constexpr int kNoEvent = -2;  // melodies: the step goes on as it was
inline constexpr int kNoteOff = -1;

// Polyphony (16ths): what sounds in a step, from the highest pitch down, then the step's end.
inline constexpr int kStart = 0, kEnd = 1, kStepEnd = 2, kNewNote = 3, kContinuedNote = 131;

// Performance (10 ms): kNoteOn + pitch, kNoteRelease + pitch, kTimeShift + steps - 1, kVelocity + bin - 1.
inline constexpr int kNoteOn = 0, kNoteRelease = 128, kTimeShift = 256, kVelocity = 356;

// One position. `code` is
//   melody       kNoEvent, kNoteOff or the pitch that begins, 0..127
//   drums        the set of classes that are hit, bit n for class n, 0..511
//   polyphony    kStart, kEnd, kStepEnd, kNewNote + pitch or kContinuedNote + pitch
//   performance  as above
//   piano roll   not used: `keys` says which of the 88 keys sound, bit n for MIDI pitch 21 + n
struct Event {
  std::int32_t code = kNoEvent;
  std::array<std::uint32_t, 3> keys{};

  constexpr Event() = default;
  constexpr Event(int c) : code(c) {}  // NOLINT: most streams are plain numbers
  constexpr bool key(int n) const {
    return (keys[static_cast<std::size_t>(n) / 32] >> (static_cast<unsigned>(n) % 32) & 1u) != 0;
  }
  constexpr void set_key(int n) {
    keys[static_cast<std::size_t>(n) / 32] |= 1u << (static_cast<unsigned>(n) % 32);
  }
  bool operator==(const Event&) const = default;
};

}  // namespace continuo::musicrnn
