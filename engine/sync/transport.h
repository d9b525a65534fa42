// The one transport: play and stop, tempo, metre, position; who else wants to know reads its timeline.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/sync/timeline.h"

namespace continuo::sync {

inline constexpr double kSlowest_bpm = 20, kFastest_bpm = 400;

// Control thread, but for read(). What changes at a frame changes for all that comes after it.
class Transport {
 public:
  void prepare(double rate);

  // Beat 0, a bar line, falls on that frame; with a count-in, so many bars before it.
  void play(double frame, int count_in_bars = 0);
  void stop(double frame);
  // From where it stopped.
  void go_on(double frame);
  // The beat does not jump, its pace changes. Out of range: clamped.
  void set_tempo(double frame, double bpm);
  // From the next bar line on; the bar that is being played stays as it is.
  void set_metre(double frame, Metre metre);
  // That beat falls on that frame: a leader's phase, a jump.
  void locate(double frame, double beat);

  [[nodiscard]] const Timeline& timeline() const { return timeline_; }
  // Any thread, wait-free for the writer.
  [[nodiscard]] Timeline read() const noexcept;

 private:
  void anchor(double frame);
  void publish() noexcept;

  Timeline timeline_;
  double stopped_beat_ = 0;
  std::atomic<uint32_t> version_{0};  // odd while it is written (a seqlock over relaxed atomics)
  std::atomic<double> rate_{48000}, frame_{0}, beat_{0}, bpm_{120}, bar_beat_{0};
  std::atomic<int> beats_{4}, unit_{4};
  std::atomic<bool> playing_{false};
};

}  // namespace continuo::sync
