// A piece cut where tempo or metre changes, and its notes on a grid of steps.
//
// As note-seq: a note belongs to the stretch in which it begins and ends at the stretch's end at the latest;
// step = floor(quarters * steps_per_quarter + 0.5); a note lasts at least one step. Steps count from a bar
// line (bars.h), not from where the stretch begins.
#pragma once

#include <cstdint>
#include <vector>

#include "models/data/midi/sequence.h"

namespace continuo::symbolic {

// A stretch of one tempo and one metre.
struct Stretch {
  std::int64_t start_tick = 0, end_tick = 0;  // end exclusive
  std::int64_t bar_tick = 0;                  // the bar line there or before; below 0 with a pickup
  double start_s = 0;
  std::uint32_t us_per_quarter = 500000;
  Metre metre;
  double tempo_bpm() const { return 6e7 / us_per_quarter; }
};

// Those that hold the beginning of a note. Changes to what holds already cut nothing. The piece begins
// with `pickup` ticks before its first whole bar.
std::vector<Stretch> stretches(const Sequence& sequence, std::int64_t pickup = 0);

// Seconds from the beginning of the piece.
double seconds_at(const Sequence& sequence, std::int64_t tick);

struct StepNote {
  std::int32_t start = 0, end = 0;  // steps from the stretch's first bar line, end exclusive
  std::uint8_t pitch = 60, velocity = 100;
  std::uint16_t instrument = 0;
  float offset_ms = 0;  // played - grid: positive is late
};

struct Quantised {
  int steps_per_quarter = 4;
  Metre metre;
  double tempo_bpm = 120, start_s = 0;  // of step 0
  int steps_per_bar = 16;               // 0 when a bar is no whole number of steps
  std::vector<StepNote> notes;          // by start step, then pitch descending, then instrument
};

// 4 steps a quarter (16ths) or 6 (triplets of 8ths and 16ths).
enum class Grid { kSixteenth, kTriplet, kAuto };

// Any thread.
Quantised quantise(const Sequence& sequence, const Stretch& stretch, int steps_per_quarter);

// Steps a quarter for the grid; kAuto takes the one on which onsets lie closer, as a share of its step, and
// sixteenths when both are as good.
int steps_per_quarter(const Sequence& sequence, const Stretch& stretch, Grid grid);

// Steps in a bar, 0 when not whole: 6/8 on 4 steps a quarter has 12.
int steps_per_bar(Metre metre, int steps_per_quarter);

}  // namespace continuo::symbolic
