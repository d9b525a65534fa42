// Melodies: one event a step.
#include <algorithm>
#include <stdexcept>

#include "models/musicrnn/events/note_lists.h"

namespace continuo::musicrnn {

namespace {

// Writes onset and note-off of each note, come what may: the note-off of one that was cut short stays.
std::vector<Event> as_magenta_js(std::span<const Note> notes, int steps, Together together) {
  std::vector<Event> events(static_cast<std::size_t>(length(notes, steps)));
  const auto write = [&](int step, int code) {
    if (step < static_cast<int>(events.size())) events[static_cast<std::size_t>(step)] = code;
  };
  int last = -1;
  for (const Note& note : notes) {
    if (note.step == last) {
      if (together == Together::kRefuse) throw std::invalid_argument("two notes begin together");
      continue;
    }
    last = note.step;
    write(note.step, note.pitch);
    write(note.step + note.steps, kNoteOff);
  }
  return events;
}

// note-seq's: a new note ends all that comes after its onset.
std::vector<Event> as_note_seq(std::span<const Note> notes, Together together) {
  std::vector<Event> events;
  int last = -1;
  for (const Note& note : notes) {
    if (note.velocity == 0) continue;
    if (note.step == last) {
      if (together == Together::kRefuse) throw std::invalid_argument("two notes begin together");
      continue;
    }
    last = note.step;
    const auto start = static_cast<std::size_t>(note.step), steps = static_cast<std::size_t>(note.steps);
    events.resize(start);
    events.emplace_back(note.pitch);
    events.resize(start + steps);
    events.emplace_back(kNoteOff);
  }
  if (!events.empty()) events.pop_back();
  return events;
}

}  // namespace

std::vector<Event> melody_events(std::span<const Note> notes, int steps, Compatibility compatibility,
                                 Together together) {
  const auto sorted = in_order(notes);
  if (compatibility == Compatibility::kMagentaJs) return as_magenta_js(sorted, steps, together);
  auto events = as_note_seq(sorted, together);
  if (steps < 0) return events;
  const auto end = events.size(), wanted = static_cast<std::size_t>(steps);
  events.resize(wanted);
  if (end > 0 && wanted > end) events[end] = kNoteOff;
  return events;
}

std::vector<Note> melody_notes(std::span<const Event> events, int velocity) {
  std::vector<Note> notes;
  bool sounds = false;
  int step = 0;
  const auto end_note = [&] {
    if (sounds) notes.back().steps = step - notes.back().step;
    sounds = false;
  };
  for (const Event& event : events) {
    if (event.code != kNoEvent) end_note();
    if (event.code >= 0) {
      notes.push_back({step, 1, event.code, velocity});
      sounds = true;
    }
    ++step;
  }
  end_note();
  return notes;
}

}  // namespace continuo::musicrnn
