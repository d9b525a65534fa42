// The model worker: runs the networks of its parts ahead of the audio thread, in steps of at most 1 ms.
//
// Everything happens in the order of frames, so a live run and an offline render compute the same. A step
// that produces the model frame for time T runs at T - hop - lead; a note's first two steps run at its start
// - lead; a parameter acts on all steps from its frame on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <span>
#include <thread>

#include "engine/instruments/instrument.h"
#include "engine/rt/command.h"
#include "engine/rt/frame_clock.h"
#include "engine/rt/metrics.h"
#include "engine/rt/queues.h"
#include "engine/rt/schedule.h"

namespace continuo {

class Worker {
 public:
  Worker(const rt::FrameClock& clock, rt::Metrics& metrics);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Control thread. Frames between a step and the block that hears it: one block and 0.4 ms. Live, untimed
  // notes get kMarginFrames more, so that they reach the worker before they are due.
  void set_block(uint32_t frames) noexcept;
  // The same for a render that is to equal a take: the lead of that take.
  void set_lead(uint32_t frames) noexcept;
  [[nodiscard]] uint32_t lead_frames() const noexcept { return lead_.load(std::memory_order_relaxed); }
  [[nodiscard]] uint32_t note_lead_frames() const noexcept { return lead_frames() + margin_frames(); }
  // Control thread. How far ahead of the clock a live command must be stamped to be here in time.
  [[nodiscard]] uint32_t margin_frames() const noexcept;

  // Control thread. Live: starts and joins the thread. start() with real_time asks for SCHED_FIFO 60.
  void start(bool real_time);
  void stop();
  [[nodiscard]] bool running() const noexcept { return running_.load(std::memory_order_relaxed); }

  // Control thread.
  [[nodiscard]] bool has_room(size_t commands) const noexcept;
  // Control thread. All or nothing; false: the queue is full. kInstall brings a ModelHalf*.
  [[nodiscard]] bool post(std::span<const rt::Command> commands) noexcept;
  // Control thread. kRetired events: a ModelHalf (index kInstall) or a model (index kSwapModel).
  [[nodiscard]] bool poll(rt::Event& event) noexcept { return events_.try_dequeue(event); }

  // Offline (no thread runs): everything that the audio thread needs for frames before `frame`.
  void advance_for(uint64_t frame) noexcept;

 private:
  struct Part {
    ModelHalf* half = nullptr;
    int64_t stepped = INT64_MIN;  // what acts earlier comes too late for a step
  };
  void run(bool real_time);
  // Commands and steps due before `limit`; returns the next due frame.
  int64_t advance(int64_t limit) noexcept;
  void apply(const rt::Command& command) noexcept;
  template <typename Act>
  void timed(Act act) noexcept;
  void collect(uint8_t part) noexcept;
  void retire(void* pointer, rt::CommandKind kind, uint8_t part) noexcept;

  const rt::FrameClock& clock_;
  rt::Metrics& metrics_;
  rt::SpscQueue<rt::Command> queue_;
  rt::SpscQueue<rt::Event> events_;
  std::unique_ptr<rt::Schedule> schedule_;
  std::array<Part, rt::kMaxParts> parts_{};
  std::atomic<uint32_t> lead_{112};
  std::binary_semaphore wake_{0};
  std::atomic<bool> running_{false};
  std::thread thread_;
};

}  // namespace continuo
