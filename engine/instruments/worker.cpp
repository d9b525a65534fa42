// The model worker.
#include "engine/instruments/worker.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/rt/realtime.h"
#include "engine/rt/thread.h"

namespace continuo {

namespace {

constexpr uint32_t kQueueLength = 8192;
constexpr double kSlackSeconds = 0.0004, kMarginSeconds = 0.00025;
constexpr double kGiveUpSeconds = 0.05;  // live: steps later than this are skipped
// Schedules are ordered by unsigned frames; a due time before frame 0 is put at 0 by this offset.
constexpr int64_t kOrigin = 1 << 24;

}  // namespace

Worker::Worker(const rt::FrameClock& clock, rt::Metrics& metrics)
    : clock_(clock),
      metrics_(metrics),
      queue_(kQueueLength),
      events_(1024),
      schedule_(std::make_unique<rt::Schedule>()) {
  set_block(64);
}

Worker::~Worker() {
  stop();
}

void Worker::set_block(uint32_t frames) noexcept {
  lead_.store(frames + static_cast<uint32_t>(std::lround(clock_.rate() * kSlackSeconds)));
}

void Worker::set_lead(uint32_t frames) noexcept {
  lead_.store(frames);
}

uint32_t Worker::margin_frames() const noexcept {
  return static_cast<uint32_t>(std::lround(clock_.rate() * kMarginSeconds));
}

void Worker::start(bool real_time) {
  if (running_.exchange(true)) return;
  thread_ = std::thread([this, real_time] { run(real_time); });
}

void Worker::stop() {
  if (!running_.exchange(false)) return;
  wake_.release();
  thread_.join();
}

bool Worker::has_room(size_t commands) const noexcept {
  return queue_.size_approx() + commands <= kQueueLength;
}

bool Worker::post(std::span<const rt::Command> commands) noexcept {
  if (commands.empty()) return true;
  if (!has_room(commands.size())) return false;
  for (const rt::Command& command : commands) {
    if (!queue_.try_enqueue(command)) return false;
  }
  // A permit that is already there is enough: the semaphore must not count above 1.
  (void)wake_.try_acquire();
  wake_.release();
  return true;
}

void Worker::run(bool real_time) {
  rt::set_name("continuo-worker");
  rt::disable_denormals();
  if (real_time) rt::set_priority(rt::Priority::kWorker);
  rt::touch_stack();
  while (running_.load(std::memory_order_relaxed)) {
    const int64_t now = static_cast<int64_t>(clock_.frame_at(rt::monotonic_ns()));
    const int64_t due = advance(now + 1);
    constexpr auto kLongest = std::chrono::milliseconds(100);
    if (due == INT64_MAX) {
      (void)wake_.try_acquire_for(kLongest);
      continue;
    }
    const auto wait = std::chrono::nanoseconds(
        clock_.time_of(static_cast<uint64_t>(std::max<int64_t>(0, due))) - rt::monotonic_ns());
    if (wait.count() > 0) (void)wake_.try_acquire_for(std::min<std::chrono::nanoseconds>(wait, kLongest));
  }
}

template <typename Act>
void Worker::timed(Act act) noexcept {
  const int64_t start = rt::monotonic_ns(), start_cpu = rt::thread_cpu_ns();
  act();
  metrics_.worker_step.add(rt::monotonic_ns() - start);
  metrics_.worker_step_cpu.add(rt::thread_cpu_ns() - start_cpu);
}

void Worker::advance_for(uint64_t frame) noexcept {
  advance(static_cast<int64_t>(frame) - static_cast<int64_t>(lead_frames()));
}

Worker::Step Worker::step_of(uint8_t part) const noexcept {
  Step step;
  step.part = part;
  const Part& p = parts_[part];
  if (p.half == nullptr) return step;
  step.needed = p.half->next_due();
  if (step.needed == UINT64_MAX) return step;
  const auto early = static_cast<int64_t>(lead_frames()) + p.half->early_frames();
  step.place = std::max(static_cast<int64_t>(step.needed) - early, p.place);
  return step;
}

void Worker::receive() noexcept {
  rt::Command command;
  while (schedule_->size() < rt::Schedule::kCapacity && queue_.try_dequeue(command)) {
    if (command.kind == rt::CommandKind::kClearScheduled) {
      schedule_->clear_scheduled([](const rt::Command&) {});
      continue;
    }
    // Here a command is ordered by its place; how long before its frame that is rides in `sequence`.
    command.sequence = command.ahead ? lead_frames() : 0;
    command.frame += static_cast<uint64_t>(kOrigin) - command.sequence;
    (void)schedule_->push(command);
  }
}

int64_t Worker::advance(int64_t limit) noexcept {
  const bool live = running();
  for (;;) {
    receive();
    Step step;                 // the most urgent of those that may run
    int64_t next = INT64_MAX;  // place of the next one that may not
    for (uint8_t part = 0; part < rt::kMaxParts; ++part) {
      const Step one = step_of(part);
      next = std::min(next, one.place);
      if (one.place < limit && one.needed < step.needed) step = one;
    }
    if (!schedule_->empty()) {
      const int64_t place = static_cast<int64_t>(schedule_->next_frame()) - kOrigin;
      next = std::min(next, place);
      if (place < limit) {
        const Step before = step_of(schedule_->next().part);
        if (place <= before.place) {
          act(place);
          continue;
        }
        step = before;
      }
    }
    if (step.needed == UINT64_MAX) return next;
    Part& part = parts_[step.part];
    part.place = step.place;
    part.stepped = step.place + 1;
    timed([&] {
      part.half->step();
      collect(step.part);
    });
    if (!live) continue;
    if (!running()) return next;
    // Nothing stays behind for long: the clock goes on while we compute.
    limit = static_cast<int64_t>(clock_.frame_at(rt::monotonic_ns())) + 1;
    const auto patience = static_cast<int64_t>(clock_.rate() * kGiveUpSeconds);
    if (limit - step.place > patience) part.half->skip_before(static_cast<uint64_t>(limit));
  }
}

// The first command of the schedule.
void Worker::act(int64_t place) noexcept {
  rt::Command first = schedule_->pop();
  first.frame = first.frame - static_cast<uint64_t>(kOrigin) + first.sequence;
  Part& part = parts_[first.part];
  // What is installed comes when it is made: it is never late.
  if (place < part.stepped && first.kind != rt::CommandKind::kInstall)
    metrics_.late_commands.fetch_add(1, std::memory_order_relaxed);
  part.place = std::max(part.place, place);
  timed([&] { apply(first); });
}

void Worker::apply(const rt::Command& command) noexcept {
  Part& part = parts_[command.part];
  switch (command.kind) {
    case rt::CommandKind::kInstall:
    case rt::CommandKind::kRemove:
      if (part.half != nullptr) {
        part.half->leave();
        collect(command.part);
        retire(part.half, rt::CommandKind::kInstall, command.part);
      }
      part.half = static_cast<ModelHalf*>(command.pointer);
      part.place = part.stepped = INT64_MIN;
      break;
    default:
      if (part.half != nullptr) part.half->handle(command);
      collect(command.part);
  }
}

void Worker::collect(uint8_t part) noexcept {
  if (parts_[part].half == nullptr) return;
  while (void* model = parts_[part].half->take_retired()) retire(model, rt::CommandKind::kSwapModel, part);
}

void Worker::retire(void* pointer, rt::CommandKind kind, uint8_t part) noexcept {
  rt::Event event;
  event.kind = rt::EventKind::kRetired;
  event.index = static_cast<uint16_t>(kind);
  event.part = part;
  event.pointer = pointer;
  // A full queue would only mean that control frees it later, at exit.
  if (!events_.try_enqueue(event)) metrics_.dropped_events.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace continuo
