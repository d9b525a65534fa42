// Counts and times of the running engine, written where they happen, read for /status and bench.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace continuo::rt {

// Durations in a fixed histogram: 1/16 octave a bin from 100 ns up. One writer; any reader.
class Histogram {
 public:
  void add(int64_t ns) noexcept;
  [[nodiscard]] double quantile_ns(double q) const noexcept;  // upper edge of the bin; 0 when empty
  [[nodiscard]] int64_t max_ns() const noexcept { return max_.load(std::memory_order_relaxed); }
  [[nodiscard]] uint64_t count() const noexcept;
  void reset() noexcept;

 private:
  static constexpr int kBins = 400;
  std::array<std::atomic<uint64_t>, kBins> bins_{};
  std::atomic<int64_t> max_{0};
};

// One writer; any reader.
class Longest {
 public:
  void add(int64_t ns) noexcept {
    if (ns > ns_.load(std::memory_order_relaxed)) ns_.store(ns, std::memory_order_relaxed);
  }
  [[nodiscard]] int64_t ns() const noexcept { return ns_.load(std::memory_order_relaxed); }
  void reset() noexcept { ns_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> ns_{0};
};

struct Metrics {
  Histogram callback;      // audio thread: from entry to exit
  Histogram worker_step;   // workers
  Histogram control_turn;  // control
  // The longest of these in processor time, ns: a machine that stands still lengthens only those above.
  Longest worker_step_cpu, control_turn_cpu;
  std::atomic<uint64_t> callbacks{0};
  // Own xruns, each incident once; and by what shows them: start-to-start gap over 1.5 periods; callback
  // longer than its period; told by the back end.
  std::atomic<uint64_t> xruns{0}, xrun_gap{0}, xrun_long{0}, xrun_backend{0};
  std::atomic<uint64_t> late_commands{0};  // applied after their frame, by the audio thread or a worker
  std::atomic<uint64_t> late_starts{0};    // notes that waited for their first model frame
  std::atomic<uint64_t> late_frames{0};    // model frames that came after they were due
  std::atomic<uint64_t> not_finite{0};     // samples replaced at a part's output
  std::atomic<uint64_t> dropped_commands{0}, dropped_events{0};
  std::atomic<uint64_t> commands{0};  // applied by the audio thread

  // Any thread. Percentiles and longest times start anew (a time that is being added may stay); counts go on.
  void reset_times() noexcept {
    for (Histogram* times : {&callback, &worker_step, &control_turn}) times->reset();
    worker_step_cpu.reset();
    control_turn_cpu.reset();
  }
};

}  // namespace continuo::rt
