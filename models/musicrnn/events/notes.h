// Notes on a grid of steps as events, and back.
//
// As note-seq (melodies_lib.py, drums_lib.py, polyphony_lib.py, performance_lib.py, pianoroll_lib.py) and,
// with Compatibility::kMagentaJs, as @magenta/music (core/melodies.ts, data.ts): reference musicrnn.md, 1.5
// and appendix C. All of it allocates: no call for the audio thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/musicrnn/events/event.h"
#include "models/musicrnn/events/representation.h"

namespace continuo::musicrnn {

struct Note {
  int step = 0, steps = 1;  // those below step 0 are left out; at least one step long
  int pitch = 60, velocity = 100;
  bool operator==(const Note&) const = default;
};

inline constexpr int kAsLongAsNotes = -1;  // for `steps`

// The notes as this representation has them, `steps` long. A performance's steps are its own (10 ms), and not
// one event each. Throws std::invalid_argument for a pitch outside the representation's, which only drums and
// piano rolls leave out.
std::vector<Event> to_events(const Representation& representation, std::span<const Note> notes,
                             int steps = kAsLongAsNotes);

// Sorted by step, then from the highest pitch down. What still sounds at the end, ends there.
std::vector<Note> to_notes(const Representation& representation, std::span<const Event> events,
                           int velocity = 100);

// What to do with notes of a melody that begin together.
enum class Together : std::uint8_t { kKeepTop, kRefuse };

// kNone: a note ends where the next begins, or earlier. kMagentaJs: a note-off stays where the note would
// have ended. kRefuse throws std::invalid_argument.
std::vector<Event> melody_events(std::span<const Note> notes, int steps, Compatibility compatibility,
                                 Together together = Together::kKeepTop);
std::vector<Note> melody_notes(std::span<const Event> events, int velocity);

// kNone: a hit more of a class changes nothing, unknown pitches are left out. kMagentaJs: hits of one class
// add up (two kicks are a snare), also to sets that no vocabulary has; an unknown pitch empties its step.
// Hits behind the end are left out; they make Magenta.js's primer longer, with empty steps.
std::vector<Event> drum_events(std::span<const Note> notes, int steps, Compatibility compatibility);
std::vector<Note> drum_notes(std::span<const Event> events, int velocity);

// What drum VAEs read: bit n: class n is hit; bit 9: nothing is. kMagentaJs: bit 9 says so of the step that
// follows, and is 0 in the last one.
std::vector<std::uint16_t> drum_roll(std::span<const Note> notes, int steps, Compatibility compatibility);

// kStart, a step's notes from the highest down and kStepEnd, kEnd.
std::vector<Event> polyphony_events(std::span<const Note> notes, int steps);
std::vector<Note> polyphony_notes(std::span<const Event> events, int velocity);

// velocity_bins 0: without kVelocity events.
std::vector<Event> performance_events(std::span<const Note> notes, int steps, int velocity_bins,
                                      int max_shift, Compatibility compatibility);
std::vector<Note> performance_notes(std::span<const Event> events, int velocity_bins, int velocity);
int velocity_bin(int velocity, int bins) noexcept;  // 1..bins
int bin_velocity(int bin, int bins) noexcept;       // the softest of the bin

// A key is up for the step before it is struck anew.
std::vector<Event> piano_roll_events(std::span<const Note> notes, int steps);
std::vector<Note> piano_roll_notes(std::span<const Event> events, int velocity);

// The grid of both libraries: half a step and more belongs to the next one.
int step_at(double seconds, double steps_per_second) noexcept;

// Which of `chords` symbols, spread evenly over `steps`, a step has.
constexpr int chord_at(int step, int chords, int steps) noexcept {
  return static_cast<int>(static_cast<std::int64_t>(step) * chords / steps);
}

}  // namespace continuo::musicrnn
