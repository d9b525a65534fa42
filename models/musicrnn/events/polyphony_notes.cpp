// Several voices: what sounds in each step, as a stream of notes or as a set of keys.
#include <algorithm>

#include "models/musicrnn/events/note_lists.h"

namespace continuo::musicrnn {

namespace {

constexpr int kKeys = 88, kLowestKey = 21;

}  // namespace

std::vector<Event> polyphony_events(std::span<const Note> notes, int steps) {
  const auto sorted = in_order(notes);
  const int end = length(sorted, steps);
  std::vector<Event> events{Event(kStart)};
  std::vector<Note> active;  // a pitch may sound more than once
  std::vector<Event> now;
  auto next = sorted.begin();
  const auto pitch_of = [](const Event& e) {
    return e.code < kContinuedNote ? e.code - kNewNote : e.code - kContinuedNote;
  };
  for (int step = 0; step < end; ++step) {
    now.clear();
    std::erase_if(active, [&](const Note& n) { return n.step + n.steps <= step; });
    for (const Note& n : active) now.emplace_back(kContinuedNote + n.pitch);
    for (; next != sorted.end() && next->step == step; ++next) {
      active.push_back(*next);
      now.emplace_back(kNewNote + next->pitch);
    }
    std::stable_sort(now.begin(), now.end(),
                     [&](const Event& a, const Event& b) { return pitch_of(a) > pitch_of(b); });
    events.insert(events.end(), now.begin(), now.end());
    events.emplace_back(kStepEnd);
  }
  events.emplace_back(kEnd);
  return events;
}

std::vector<Note> polyphony_notes(std::span<const Event> events, int velocity) {
  std::vector<Note> notes, active;
  std::vector<int> ending;  // pitches that end with this step, unless they are continued in it
  int step = 0;
  bool open = false;  // the step has events and no end yet
  const auto end_step = [&] {
    std::erase_if(active, [&](Note& n) {
      const auto found = std::find(ending.begin(), ending.end(), n.pitch);
      if (found == ending.end()) return false;
      ending.erase(found);
      n.steps = step - n.step;
      notes.push_back(n);
      return true;
    });
    ++step;
    ending.clear();
    for (const Note& n : active) ending.push_back(n.pitch);
    open = false;
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const int code = events[i].code;
    if (code == kStart || (code == kEnd && i + 1 < events.size())) continue;  // as note-seq
    if (code == kStepEnd) {
      end_step();
    } else if (code >= kContinuedNote) {
      const auto found = std::find(ending.begin(), ending.end(), code - kContinuedNote);
      if (found != ending.end()) ending.erase(found);
      open = true;
    } else if (code >= kNewNote) {
      active.push_back({step, 1, code - kNewNote, velocity});
      open = true;
    }
  }
  if (open) end_step();
  end_step();
  return notes;
}

std::vector<Event> piano_roll_events(std::span<const Note> notes, int steps) {
  const auto sorted = in_order(notes);
  std::vector<Event> events(static_cast<std::size_t>(length(sorted, steps)));
  const auto set = [&](int step, int key, bool down) {
    if (step < 0 || step >= static_cast<int>(events.size())) return;
    Event& event = events[static_cast<std::size_t>(step)];
    event.set_key(key);
    if (!down) event.keys[static_cast<std::size_t>(key) / 32] ^= 1u << (static_cast<unsigned>(key) % 32);
  };
  for (const Note& note : sorted) {
    const int key = note.pitch - kLowestKey;
    if (key < 0 || key >= kKeys) continue;
    set(note.step - 1, key, false);
    for (int step = note.step; step < note.step + note.steps; ++step) set(step, key, true);
  }
  return events;
}

std::vector<Note> piano_roll_notes(std::span<const Event> events, int velocity) {
  std::vector<Note> notes;
  const int end = static_cast<int>(events.size());
  for (int key = 0; key < kKeys; ++key) {
    for (int step = 0, start = -1; step <= end; ++step) {
      const bool down = step < end && events[static_cast<std::size_t>(step)].key(key);
      if (down && start < 0) start = step;
      if (down || start < 0) continue;
      notes.push_back({start, step - start, key + kLowestKey, velocity});
      start = -1;
    }
  }
  return notes;
}

}  // namespace continuo::musicrnn
