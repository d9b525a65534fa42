// Performances: keys down and up, time between them, velocities.
#include <algorithm>
#include <array>

#include "models/musicrnn/events/note_lists.h"

namespace continuo::musicrnn {

namespace {

constexpr int kSoftest = 1, kLoudest = 127;

int bin_size(int bins) {
  return (kLoudest - kSoftest + 1 + bins - 1) / bins;
}

bool is_shift(const Event& event) {
  return event.code >= kTimeShift && event.code < kVelocity;
}
int shift_of(const Event& event) {
  return event.code - kTimeShift + 1;
}
Event shift(int steps) {
  return kTimeShift + steps - 1;
}

// Makes the last shift longer before it begins another.
void append_steps(std::vector<Event>& events, int steps, int max_shift) {
  if (!events.empty() && is_shift(events.back())) {
    const int more = std::min(steps, max_shift - shift_of(events.back()));
    events.back().code += more;
    steps -= more;
  }
  for (; steps > 0; steps -= max_shift) events.push_back(shift(std::min(steps, max_shift)));
}

// What stands after the end goes with it.
void trim_steps(std::vector<Event>& events, int steps) {
  while (!events.empty() && steps > 0) {
    if (is_shift(events.back())) {
      const int here = shift_of(events.back());
      if (here > steps) {
        events.back().code -= steps;
        return;
      }
      steps -= here;
    }
    events.pop_back();
  }
}

// An onset or the end of sorted note `index`; note-seq's order: by step, then by note, its onset first.
struct Edge {
  int step;
  std::size_t index;
  bool end;
  bool operator<(const Edge& o) const {
    if (step != o.step) return step < o.step;
    return index != o.index ? index < o.index : end < o.end;
  }
};

}  // namespace

int velocity_bin(int velocity, int bins) noexcept {
  return (std::clamp(velocity, kSoftest, kLoudest) - kSoftest) / bin_size(bins) + 1;
}

int bin_velocity(int bin, int bins) noexcept {
  return std::min(kSoftest + (bin - 1) * bin_size(bins), kLoudest);
}

std::vector<Event> performance_events(std::span<const Note> notes, int steps, int velocity_bins,
                                      int max_shift, Compatibility compatibility) {
  auto sorted = in_order(notes);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Note& a, const Note& b) {
    return a.step != b.step ? a.step < b.step : a.pitch < b.pitch;
  });
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    edges.push_back({sorted[i].step, i, false});
    edges.push_back({sorted[i].step + sorted[i].steps, i, true});
  }
  std::sort(edges.begin(), edges.end());
  std::vector<Event> events;
  int now = 0;
  // Magenta.js takes the loudest as known: a piece that begins so has no event for it.
  int bin = compatibility == Compatibility::kMagentaJs ? velocity_bins : 0;
  for (const Edge& edge : edges) {
    for (; edge.step > now; now += std::min(edge.step - now, max_shift))
      events.push_back(shift(std::min(edge.step - now, max_shift)));
    const Note& note = sorted[edge.index];
    if (!edge.end && velocity_bins > 0 && velocity_bin(note.velocity, velocity_bins) != bin) {
      bin = velocity_bin(note.velocity, velocity_bins);
      events.emplace_back(kVelocity + bin - 1);
    }
    events.emplace_back((edge.end ? kNoteRelease : kNoteOn) + note.pitch);
  }
  if (steps > now) append_steps(events, steps - now, max_shift);
  if (steps >= 0 && steps < now) trim_steps(events, now - steps);
  return events;
}

std::vector<Note> performance_notes(std::span<const Event> events, int velocity_bins, int velocity) {
  std::vector<Note> notes;
  std::array<std::vector<Note>, 128>
      down;  // a pitch may be struck again before it ends: the first ends first
  int step = 0;
  const auto end_first = [&](std::vector<Note>& of_pitch) {
    Note note = of_pitch.front();
    of_pitch.erase(of_pitch.begin());
    note.steps = step - note.step;
    if (note.steps > 0) notes.push_back(note);
  };
  for (const Event& event : events) {
    const int code = event.code;
    if (code < 0) continue;
    if (code < kNoteRelease) {
      down[static_cast<std::size_t>(code)].push_back({step, 1, code, velocity});
    } else if (code < kTimeShift) {
      auto& of_pitch = down[static_cast<std::size_t>(code - kNoteRelease)];
      if (!of_pitch.empty()) end_first(of_pitch);
    } else if (is_shift(event)) {
      step += shift_of(event);
    } else if (velocity_bins > 0) {
      velocity = bin_velocity(code - kVelocity + 1, velocity_bins);
    }
  }
  for (auto& of_pitch : down)
    while (!of_pitch.empty()) end_first(of_pitch);
  return notes;
}

}  // namespace continuo::musicrnn
