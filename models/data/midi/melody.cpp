#include "models/data/midi/melody.h"

#include <algorithm>
#include <cmath>

namespace continuo::symbolic {

namespace {

// Sets the length, and ends a note that sounds at the old end.
void set_length(std::vector<int>& events, int steps) {
  const auto old = events.size();
  events.resize(static_cast<std::size_t>(steps), kNoEvent);
  if (events.size() <= old) return;
  for (std::size_t i = old; i-- > 0;) {
    if (events[i] == kNoteOff) return;
    if (events[i] != kNoEvent) {
      events[old] = kNoteOff;
      return;
    }
  }
}

enum class Outcome { kNothing, kMelody, kPolyphonic };

// The melody that begins at the first note at or after `search_step`.
Outcome one_melody(std::span<const StepNote> voice, int search_step, int steps_per_bar,
                   const MelodyRules& rules, Melody& melody) {
  melody = {};
  melody.steps_per_bar = steps_per_bar;
  const auto first = std::lower_bound(voice.begin(), voice.end(), search_step,
                                      [](const StepNote& n, int step) { return n.start < step; });
  if (first == voice.end()) return Outcome::kNothing;
  melody.start_step = first->start - (first->start - search_step) % steps_per_bar;
  int last_on = 0, last_off = 0;
  for (auto note = first; note != voice.end(); ++note) {
    const int start = note->start - melody.start_step, end = note->end - melody.start_step;
    if (!melody.notes.empty()) {
      if (start == last_on) {
        if (rules.keep_top) continue;
        return Outcome::kPolyphonic;
      }
      if (start - last_off >= rules.gap_bars * steps_per_bar) break;
    }
    // Whatever the last note still held after this onset goes.
    if (!melody.notes.empty()) melody.notes.back().end = std::min(melody.notes.back().end, note->start);
    melody.notes.push_back(*note);
    last_on = start;
    last_off = end;
  }
  // The note-off at the very end is stripped.
  auto& events = melody.events;
  events.assign(static_cast<std::size_t>(last_off), kNoEvent);
  for (const StepNote& note : melody.notes) {
    const auto end = static_cast<std::size_t>(note.end - melody.start_step);
    events[static_cast<std::size_t>(note.start - melody.start_step)] = note.pitch;
    if (end < events.size()) events[end] = kNoteOff;
  }
  if (rules.pad_end) {
    const int over = melody.steps() % steps_per_bar;
    set_length(events, melody.steps() + (over == 0 ? 0 : steps_per_bar - over));
  }
  return Outcome::kMelody;
}

void truncate(Melody& melody, const MelodyRules& rules) {
  if (melody.steps() <= rules.max_steps) return;
  int steps = rules.max_steps;
  if (rules.pad_end) steps -= steps % melody.steps_per_bar;
  set_length(melody.events, steps);
  const int end = melody.start_step + steps;
  while (!melody.notes.empty() && melody.notes.back().start >= end) melody.notes.pop_back();
  if (!melody.notes.empty()) melody.notes.back().end = std::min(melody.notes.back().end, end);
}

int unique_pitch_classes(const Melody& melody) {
  unsigned seen = 0;
  for (const int event : melody.events) {
    if (event >= 0) seen |= 1u << event % 12;
  }
  return __builtin_popcount(seen);
}

int modulo(int a, int n) {
  return (a % n + n) % n;
}

}  // namespace

std::vector<Melody> extract_melodies(std::span<const StepNote> voice, int steps_per_bar,
                                     const MelodyRules& rules, Rejections& rejected) {
  std::vector<Melody> out;
  if (steps_per_bar <= 0) return out;
  int search = 0;
  Melody melody;
  while (true) {
    const Outcome outcome = one_melody(voice, search, steps_per_bar, rules, melody);
    if (outcome == Outcome::kPolyphonic) {
      ++rejected.polyphonic;
      return out;
    }
    if (outcome == Outcome::kNothing) return out;
    const int end = melody.start_step + melody.steps();
    search = end + modulo(-end, steps_per_bar);
    if (melody.steps() < steps_per_bar * rules.min_bars) {
      ++rejected.too_short;
      continue;
    }
    truncate(melody, rules);
    if (unique_pitch_classes(melody) < rules.min_unique_pitches) {
      ++rejected.too_few_pitches;
      continue;
    }
    out.push_back(melody);
  }
}

std::array<int, 12> major_key_histogram(std::span<const int> events) {
  constexpr int kMajor[] = {0, 2, 4, 5, 7, 9, 11};
  std::array<int, 12> votes{};
  for (const int event : events) {
    if (event < 0) continue;
    for (const int degree : kMajor) ++votes[static_cast<std::size_t>(modulo(event - degree, 12))];
  }
  return votes;
}

int major_key(std::span<const int> events) {
  const auto votes = major_key_histogram(events);
  return static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

int squash(std::span<int> events, int low, int high, int to_key) {
  int lowest = 128, highest = -1, amount = 0;
  for (const int event : events) {
    if (event < 0) continue;
    lowest = std::min(lowest, event);
    highest = std::max(highest, event);
  }
  if (highest < 0) return 0;
  if (to_key >= 0) {
    const int key_diff = to_key - major_key(events);
    const double centre = (lowest + highest) / 2.0, target = (low + high - 1) / 2.0;
    // Halves go to the even octave, as Python's round.
    amount = key_diff + 12 * static_cast<int>(std::nearbyint((target - (centre + key_diff)) / 12));
  }
  for (int& event : events) {
    if (event < 0) continue;
    event += amount;
    if (event < low)
      event = low + modulo(event - low, 12);
    else if (event >= high)
      event = high - 12 + modulo(event - high, 12);
  }
  return amount;
}

}  // namespace continuo::symbolic
