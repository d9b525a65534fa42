// What a player's model does: it hears what was played and goes on, a grid step at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace continuo::players {

inline constexpr int kMostNotes = 16;  // that begin in one step

// What the musician asks of the next step. Plain data.
struct Wishes {
  float temperature = 1;              // 0: the likeliest
  float top_p = 1;                    // 0..1
  uint8_t lowest = 0, highest = 127;  // MIDI numbers
  uint16_t scale = 0xfff;             // bit p: pitch class p may sound
  float density = 0;                  // -1 fewer onsets .. 1 more
  float repetition = 0;               // -1 repeat what was played lately .. 1 avoid it
  uint32_t chord = 0;                 // as the generator packs it; 0: none
};

struct StepNote {
  int pitch;
  float velocity;  // 0..1; below 0: the model says nothing of it
  double offset;   // beats from the step
  double beats;    // below 0: until the model ends it (end_of)
};

// A place to come back to, without hearing everything again.
class Memory {
 public:
  virtual ~Memory() = default;
};

// One thread. No call takes longer than a millisecond.
class Generator {
 public:
  virtual ~Generator() = default;
  [[nodiscard]] virtual int steps_a_beat() const = 0;
  virtual void seed(uint32_t seed) = 0;
  // Nothing was played.
  virtual void forget() = 0;
  // A step of what somebody played: the notes that begin in it, and whether one still sounds.
  virtual void hear(std::span<const StepNote> notes, bool sounds) = 0;
  // The next step by itself, which it then has heard. Writes the notes that begin; `ends`: those of its own
  // that sounded before end here.
  virtual int play(const Wishes& wishes, std::span<StepNote, kMostNotes> notes, bool& ends) = 0;
  [[nodiscard]] virtual std::unique_ptr<Memory> remember() const = 0;
  // `memory` is of this generator.
  virtual void recall(const Memory& memory) = 0;
};

}  // namespace continuo::players
