// What a player does, from his sound: pitch, power, and whether anything sounds, each 2 ms.
//
// The trackers are those of training (dsp/pitch_tracker.h, dsp/power.h) with windows of three lengths: the
// training's own (32 ms), which is believed once it sees nothing but the note; one of 19 ms, from 90 Hz on,
// and one of 10 ms, from 180 Hz on, which tell a new note's pitch sooner. A window that still holds what was
// before the onset is no clean period, so cleanness tells when to believe it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/dsp/pitch_tracker.h"
#include "engine/dsp/power.h"
#include "engine/listen/halver.h"

namespace continuo::listen {

struct GateSpec {
  float open_db = -50, close_db = -58;  // mean square, a full-scale sine reads -3
  float confidence = 0.6f;              // 1 - aperiodicity that a pitch needs to be followed
};

// State of one tick.
struct Heard {
  float midi = 60;       // held where there is none
  float db = -80;        // power as training measures it, but quicker to rise and fall
  float confidence = 0;  // of the pitch, 0..1
  bool sounding = false;
  bool onset = false;  // in this tick: the gate opened, the pitch stepped, or the level leapt
};

class Follower {
 public:
  static constexpr double kTickSeconds = 0.002;

  // Off stage. Allocates. Any rate from 16 kHz.
  void prepare(double rate);
  // Any thread.
  void reset() noexcept;
  // Worker thread; between ticks.
  void set_gate(const GateSpec& gate) noexcept { gate_ = gate; }

  // Worker thread; no allocation. Takes one sample; true: a tick is complete and heard() is new. Samples that
  // are not finite count as 0, what is beyond +-4 as that.
  bool push(float sample) noexcept;
  [[nodiscard]] const Heard& heard() const noexcept { return heard_; }

 private:
  enum Window : size_t { kFast, kMiddle, kSlow, kWindows };
  struct Estimate {
    float midi = 0;
    float aperiodicity = 1;
    int steady = 0;  // ticks in a row within kSteady semitones of one another
  };
  void tick() noexcept;
  void estimate(Window which) noexcept;
  [[nodiscard]] bool clean(Window which, float limit, int ticks) const noexcept;
  [[nodiscard]] const Estimate* choose() const noexcept;
  void follow(float midi) noexcept;
  void close() noexcept;

  GateSpec gate_;
  std::array<Halver, 3> halvers_;
  size_t halvings_ = 0;
  std::array<dsp::PitchTracker, kWindows> trackers_;
  std::array<float, kWindows> lowest_hz_{};
  dsp::PowerFollower slow_power_, fast_power_;
  std::array<float, 64> block_{};  // a tick's samples
  size_t tick_samples_ = 48, filled_ = 0;
  std::array<Estimate, kWindows> estimates_;
  float slow_db_ = -80, fast_db_ = -80;
  std::array<float, 10> past_db_{};  // of the last ticks, for leaps of the level
  size_t past_at_ = 0;
  Heard heard_;
  int loud_ticks_ = 0, open_ticks_ = 0, unsure_ticks_ = 0, strange_ticks_ = 0, since_onset_ = 0;
  float strange_midi_ = 0;
};

}  // namespace continuo::listen
