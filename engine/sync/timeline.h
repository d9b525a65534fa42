// Where the beat is: tempo and metre on the sample clock.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace continuo::sync {

// beats: of a bar, as written; unit: 4 for quarters, 8 for eighths.
struct Metre {
  int beats = 4, unit = 4;
  // In quarter notes, as all beats here.
  [[nodiscard]] double bar() const noexcept { return beats * 4.0 / unit; }
  // What the foot taps: a dotted quarter in 6/8, 9/8 and 12/8.
  [[nodiscard]] double pulse() const noexcept {
    return unit == 8 && beats > 3 && beats % 3 == 0 ? 1.5 : 4.0 / unit;
  }
  friend bool operator==(const Metre&, const Metre&) = default;
};

// Any thread: plain data. Straight from one anchor, so an hour at one tempo drifts by nothing; beats before
// the anchor are told by the same line. A beat is a quarter note.
struct Timeline {
  double rate = 48000;  // frames a second
  double frame = 0;     // the anchor ...
  double beat = 0;      // ... and the beat there
  double bpm = 120;     // quarter notes a minute
  Metre metre;
  double bar_beat = 0;  // a bar line
  bool playing = false;

  [[nodiscard]] double frames_a_beat() const noexcept { return 60 * rate / bpm; }
  [[nodiscard]] double beat_at(double at_frame) const noexcept {
    return beat + (at_frame - frame) / frames_a_beat();
  }
  [[nodiscard]] double frame_at(double at_beat) const noexcept {
    return frame + (at_beat - beat) * frames_a_beat();
  }
  // The bar line at or before a beat; bars are counted from bar_beat, which is bar 0.
  [[nodiscard]] int64_t bar_of(double at_beat) const noexcept {
    return static_cast<int64_t>(std::floor((at_beat - bar_beat) / metre.bar() + 1e-9));
  }
  [[nodiscard]] double bar_line(int64_t bar) const noexcept {
    return bar_beat + static_cast<double>(bar) * metre.bar();
  }
  // The next multiple of a grid, counted from the bar line before, so that odd metres keep their bars.
  [[nodiscard]] double next(double at_beat, double grid) const noexcept {
    const double line = bar_line(bar_of(at_beat));
    const double after = line + std::ceil((at_beat - line) / grid - 1e-9) * grid;
    return std::min(after, line + metre.bar() + (at_beat - line > metre.bar() - 1e-9 ? grid : 0));
  }
};

}  // namespace continuo::sync
