#include "engine/sync/transport.h"

#include <algorithm>

namespace continuo::sync {

void Transport::prepare(double rate) {
  timeline_ = {};
  timeline_.rate = rate;
  publish();
}

// The anchor moves along its own line.
void Transport::anchor(double frame) {
  timeline_.beat = timeline_.beat_at(frame);
  timeline_.frame = frame;
}

void Transport::play(double frame, int count_in_bars) {
  timeline_.frame = frame;
  timeline_.beat = -count_in_bars * timeline_.metre.bar();
  timeline_.bar_beat = 0;
  timeline_.playing = true;
  publish();
}

void Transport::stop(double frame) {
  if (!timeline_.playing) return;
  stopped_beat_ = timeline_.beat_at(frame);
  timeline_.playing = false;
  publish();
}

void Transport::go_on(double frame) {
  if (timeline_.playing) return;
  timeline_.frame = frame;
  timeline_.beat = stopped_beat_;
  timeline_.playing = true;
  publish();
}

void Transport::set_tempo(double frame, double bpm) {
  anchor(frame);
  timeline_.bpm = std::clamp(bpm, kSlowest_bpm, kFastest_bpm);
  publish();
}

void Transport::set_metre(double frame, Metre metre) {
  const double beat = timeline_.beat_at(frame);
  const int64_t bar = timeline_.bar_of(beat);
  const double line = timeline_.bar_line(bar);
  timeline_.bar_beat = beat - line < 1e-6 ? line : timeline_.bar_line(bar + 1);
  timeline_.metre = metre;
  publish();
}

void Transport::locate(double frame, double beat) {
  timeline_.frame = frame;
  timeline_.beat = beat;
  publish();
}

void Transport::publish() noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  const uint32_t version = version_.load(relaxed);
  version_.store(version + 1, relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  rate_.store(timeline_.rate, relaxed), frame_.store(timeline_.frame, relaxed);
  beat_.store(timeline_.beat, relaxed), bpm_.store(timeline_.bpm, relaxed);
  bar_beat_.store(timeline_.bar_beat, relaxed), playing_.store(timeline_.playing, relaxed);
  beats_.store(timeline_.metre.beats, relaxed), unit_.store(timeline_.metre.unit, relaxed);
  version_.store(version + 2, std::memory_order_release);
}

Timeline Transport::read() const noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  for (;;) {
    const uint32_t before = version_.load(std::memory_order_acquire);
    if (before % 2 != 0) continue;
    Timeline out;
    out.rate = rate_.load(relaxed), out.frame = frame_.load(relaxed);
    out.beat = beat_.load(relaxed), out.bpm = bpm_.load(relaxed);
    out.bar_beat = bar_beat_.load(relaxed), out.playing = playing_.load(relaxed);
    out.metre = {beats_.load(relaxed), unit_.load(relaxed)};
    std::atomic_thread_fence(std::memory_order_acquire);
    if (version_.load(relaxed) == before) return out;
  }
}

}  // namespace continuo::sync
