// The engine's clock: which sample frame it is, seen from any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace continuo::rt {

// Any thread. Nanoseconds of CLOCK_MONOTONIC (steady_clock); no system call (vDSO).
int64_t monotonic_ns() noexcept;

// One writer (the audio thread), any number of readers, wait-free for the writer. A delay-locked loop
// (F. Adriaensen, "Using a DLL to filter time", 2005) smooths the start times of the callbacks. A callback is
// never early but often late (a busy machine), so lateness counts little: one that comes much too late moves
// nothing.
class FrameClock {
 public:
  struct Reading {
    uint64_t next_frame = 0;        // first frame of the next callback: the earliest that can still be heard
    double time_ns = 0;             // smoothed time at which `frame` was asked for
    uint64_t frame = 0;             // first frame of the last callback
    double frame_ns = 1e9 / 48000;  // smoothed length of a frame
  };

  void prepare(double rate) noexcept;
  // Audio thread, at the start of each callback.
  void advance(uint64_t frame, uint32_t frames, int64_t now_ns) noexcept;

  // Any thread.
  [[nodiscard]] Reading read() const noexcept;
  [[nodiscard]] uint64_t frame_at(int64_t time_ns) const noexcept;
  [[nodiscard]] int64_t time_of(uint64_t frame) const noexcept;
  [[nodiscard]] double rate() const noexcept { return rate_; }

 private:
  std::atomic<uint32_t> version_{0};  // odd while it is written (a seqlock over relaxed atomics)
  std::atomic<uint64_t> frame_{0}, next_frame_{0};
  std::atomic<double> time_ns_{0}, frame_ns_{1e9 / 48000};
  double rate_ = 48000, predicted_ns_ = 0, period_ns_ = 0, least_stray_ns_ = 0;
  uint32_t period_frames_ = 0;
  int strays_ = 0;  // callbacks in a row more than half a period off
};

}  // namespace continuo::rt
