// The model worker: runs the networks of its parts ahead of the audio thread, in steps of at most 1 ms.
//
// When what happens. Each part lives on a time line of its own, in frames, on which commands and steps follow
// one another; nothing else decides what a step hears, so a live run, an offline render and every block size
// compute the same, and a part computes the same whatever others play.
//  - A step for the model frame at T stands at T - hop - lead - early on that line, but never before what has
//    happened on it; a note's first two steps stand at its start - lead. Early is 0 for a few small voices
//    and grows with what the part has to compute in one go (ModelHalf::early_frames). Such a step takes along
//    the part's voices that would follow within half of early (DdspModel::step).
//  - A command stands at its frame, or one lead before it (Command::ahead: notes), and comes before a step of
//    the same place. It acts on all steps behind it: what was computed early or taken along does not hear it.
// Between parts, the processor goes first to commands, then to the step whose frame is needed first.
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
    int64_t place = INT64_MIN;    // on its time line: of the last command or step
    int64_t stepped = INT64_MIN;  // what acts earlier comes too late for a step
  };
  struct Step {
    uint64_t needed = UINT64_MAX;  // the frame by which it must be done
    int64_t place = INT64_MAX;     // on its part's time line
    uint8_t part = 0;
  };
  // The next one of a part.
  [[nodiscard]] Step step_of(uint8_t part) const noexcept;
  void run(bool real_time);
  // Commands and steps due before `limit`; returns the next due frame.
  int64_t advance(int64_t limit) noexcept;
  void receive() noexcept;
  void act(int64_t place) noexcept;
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
