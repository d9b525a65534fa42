#include "models/data/midi/quantise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "models/data/midi/bars.h"

namespace continuo::symbolic {

namespace {

std::span<const Note> notes_of(const Sequence& sequence, const Stretch& stretch) {
  const auto before = [](const Note& note, std::int64_t tick) { return note.start_tick < tick; };
  const auto first =
      std::lower_bound(sequence.notes.begin(), sequence.notes.end(), stretch.start_tick, before);
  const auto last = std::lower_bound(first, sequence.notes.end(), stretch.end_tick, before);
  return {first, last};
}

// The mean square distance of the onsets from the grid, in steps.
double grid_error(std::span<const Note> notes, const Stretch& stretch, int ticks_per_quarter, int spq) {
  double sum = 0;
  for (const Note& note : notes) {
    const double step = static_cast<double>(note.start_tick - stretch.bar_tick) * spq / ticks_per_quarter;
    const double off = step - std::round(step);
    sum += off * off;
  }
  return notes.empty() ? 0 : sum / static_cast<double>(notes.size());
}

}  // namespace

int steps_per_bar(Metre metre, int steps_per_quarter) {
  const int quarters4 = 4 * metre.numerator * steps_per_quarter;
  return quarters4 % metre.denominator == 0 ? quarters4 / metre.denominator : 0;
}

std::vector<Stretch> stretches(const Sequence& sequence, std::int64_t pickup) {
  std::vector<Stretch> out;
  Stretch now;
  std::size_t tempo = 0, metre = 0;
  std::int64_t line = pickup;  // bars are counted from here, in both directions
  const auto close = [&](std::int64_t end) {
    now.end_tick = end;
    const std::int64_t bar = ticks_per_bar(now.metre, sequence.ticks_per_quarter);
    const std::int64_t since = now.start_tick - line;
    now.bar_tick = bar == 0 ? now.start_tick : now.start_tick - (since % bar + bar) % bar;
    if (end > now.start_tick && !notes_of(sequence, now).empty()) out.push_back(now);
    // Never across infinity: the last one is closed and not continued.
    if (end == std::numeric_limits<std::int64_t>::max()) return;
    now.start_s +=
        static_cast<double>(end - now.start_tick) * now.us_per_quarter / 1e6 / sequence.ticks_per_quarter;
    now.start_tick = end;
  };
  constexpr auto kNever = std::numeric_limits<std::int64_t>::max();
  while (true) {
    const std::int64_t next_tempo = tempo < sequence.tempi.size() ? sequence.tempi[tempo].tick : kNever;
    const std::int64_t next_metre = metre < sequence.metres.size() ? sequence.metres[metre].tick : kNever;
    const std::int64_t tick = std::min(next_tempo, next_metre);
    if (tick == kNever) break;
    // All changes of this tick; the last one of each kind holds.
    std::uint32_t us = now.us_per_quarter;
    Metre to = now.metre;
    while (tempo < sequence.tempi.size() && sequence.tempi[tempo].tick == tick)
      us = sequence.tempi[tempo++].us_per_quarter;
    while (metre < sequence.metres.size() && sequence.metres[metre].tick == tick)
      to = sequence.metres[metre++].metre;
    if (us == now.us_per_quarter && to == now.metre) continue;
    close(tick);
    if (to != now.metre && tick > 0) line = tick;
    now.us_per_quarter = us;
    now.metre = to;
  }
  close(kNever);
  return out;
}

double seconds_at(const Sequence& sequence, std::int64_t tick) {
  double seconds = 0;
  std::int64_t at = 0;
  std::uint32_t us = 500000;
  for (const TempoChange& change : sequence.tempi) {
    if (change.tick >= tick) break;
    seconds += static_cast<double>(change.tick - at) * us;
    at = change.tick;
    us = change.us_per_quarter;
  }
  return (seconds + static_cast<double>(tick - at) * us) / 1e6 / sequence.ticks_per_quarter;
}

int steps_per_quarter(const Sequence& sequence, const Stretch& stretch, Grid grid) {
  if (grid == Grid::kSixteenth) return 4;
  if (grid == Grid::kTriplet) return 6;
  const auto notes = notes_of(sequence, stretch);
  const double straight = grid_error(notes, stretch, sequence.ticks_per_quarter, 4);
  const double triplet = grid_error(notes, stretch, sequence.ticks_per_quarter, 6);
  return triplet < straight - 1e-3 ? 6 : 4;
}

Quantised quantise(const Sequence& sequence, const Stretch& stretch, int spq) {
  Quantised out;
  out.steps_per_quarter = spq;
  out.metre = stretch.metre;
  out.tempo_bpm = stretch.tempo_bpm();
  out.steps_per_bar = steps_per_bar(stretch.metre, spq);
  const auto notes = notes_of(sequence, stretch);
  out.notes.reserve(notes.size());
  const std::int64_t tpq = sequence.ticks_per_quarter;
  const std::int64_t zero = stretch.bar_tick;
  const double ms_per_tick = stretch.us_per_quarter / 1e3 / static_cast<double>(tpq);
  out.start_s = stretch.start_s - static_cast<double>(stretch.start_tick - zero) * ms_per_tick / 1e3;
  const auto step_of = [&](std::int64_t ticks) { return (2 * ticks * spq + tpq) / (2 * tpq); };
  for (const Note& note : notes) {
    const std::int64_t ticks = note.start_tick - zero;
    const std::int64_t start = step_of(ticks);
    const std::int64_t end = std::max(start + 1, step_of(std::min(note.end_tick, stretch.end_tick) - zero));
    const double grid_ticks = static_cast<double>(start * tpq) / spq;
    out.notes.push_back({static_cast<std::int32_t>(start), static_cast<std::int32_t>(end), note.pitch,
                         note.velocity, note.instrument,
                         static_cast<float>((static_cast<double>(ticks) - grid_ticks) * ms_per_tick)});
  }
  std::stable_sort(out.notes.begin(), out.notes.end(), [](const StepNote& a, const StepNote& b) {
    return a.start != b.start ? a.start < b.start : a.pitch > b.pitch;
  });
  return out;
}

}  // namespace continuo::symbolic
