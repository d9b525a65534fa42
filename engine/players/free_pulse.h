// The pulse of a phrase that was played without a clock.
#pragma once

#include <optional>
#include <span>

namespace continuo::players {

struct Onset {
  double time_s = 0;
  float weight = 1;  // above 0: velocity
};

struct Pulse {
  double beat_s = 0.5;  // the length of a beat
  double first_s = 0;   // a time at which one falls
  double clarity = 0;   // 0..1: how much of what was played lies on its beats, eighths and sixteenths
};

// Any thread; some 50 us. From 3 onsets on, else nothing; nothing, too, when no pulse is clear. Beats of 40
// to 200 a minute, those near 110 preferred (where a phrase can be heard in two ways, as listeners do: van
// Noorden and Moelants, 1999).
std::optional<Pulse> free_pulse(std::span<const Onset> onsets);

}  // namespace continuo::players
