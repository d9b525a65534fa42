// Notes as the events of any representation, and back.
#include "models/musicrnn/events/notes.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/musicrnn/events/note_lists.h"

namespace continuo::musicrnn {

namespace {

bool before(const Note& a, const Note& b) {
  return a.step != b.step ? a.step < b.step : a.pitch > b.pitch;
}

std::vector<Event> all_events(const Settings& s, std::span<const Note> notes, int steps) {
  switch (s.vocabulary) {
    case Vocabulary::kMelody:
      return melody_events(notes, steps, s.compatibility);
    case Vocabulary::kDrums:
      return drum_events(notes, steps, s.compatibility);
    case Vocabulary::kPolyphony:
      return polyphony_events(notes, steps);
    case Vocabulary::kPerformance:
      return performance_events(notes, steps, s.velocity_bins, s.max_shift, s.compatibility);
    case Vocabulary::kPianoRoll:
      return piano_roll_events(notes, steps);
  }
  return {};
}

}  // namespace

std::vector<Note> in_order(std::span<const Note> notes) {
  std::vector<Note> out;
  out.reserve(notes.size());
  for (Note note : notes) {
    if (note.step < 0) continue;
    note.steps = std::max(note.steps, 1);
    out.push_back(note);
  }
  std::stable_sort(out.begin(), out.end(), before);
  return out;
}

int length(std::span<const Note> notes, int steps) {
  if (steps >= 0) return steps;
  int end = 0;
  for (const Note& note : notes) end = std::max(end, note.step + note.steps);
  return end;
}

std::vector<Event> to_events(const Representation& representation, std::span<const Note> notes, int steps) {
  const Settings& s = representation.settings();
  auto events = all_events(s, notes, steps);
  if (s.vocabulary == Vocabulary::kPianoRoll || s.vocabulary == Vocabulary::kDrums) return events;
  for (const Event& event : events) {
    if (representation.class_of(event) >= 0) continue;
    throw std::invalid_argument("a note lies outside the pitches of representation \"" + s.name + "\", " +
                                std::to_string(s.min_pitch) + " to " + std::to_string(s.max_pitch));
  }
  return events;
}

std::vector<Note> to_notes(const Representation& representation, std::span<const Event> events,
                           int velocity) {
  const Settings& s = representation.settings();
  std::vector<Note> notes;
  switch (s.vocabulary) {
    case Vocabulary::kMelody:
      notes = melody_notes(events, velocity);
      break;
    case Vocabulary::kDrums:
      notes = drum_notes(events, velocity);
      break;
    case Vocabulary::kPolyphony:
      notes = polyphony_notes(events, velocity);
      break;
    case Vocabulary::kPerformance:
      notes = performance_notes(events, s.velocity_bins, velocity);
      break;
    case Vocabulary::kPianoRoll:
      notes = piano_roll_notes(events, velocity);
      break;
  }
  std::stable_sort(notes.begin(), notes.end(), before);
  return notes;
}

int step_at(double seconds, double steps_per_second) noexcept {
  return static_cast<int>(std::floor(seconds * steps_per_second + 0.5));
}

}  // namespace continuo::musicrnn
