// The engine's clock.
#include "engine/rt/frame_clock.h"

#include <chrono>
#include <cmath>

namespace continuo::rt {

int64_t monotonic_ns() noexcept {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

void FrameClock::prepare(double rate) noexcept {
  rate_ = rate;
  period_frames_ = 0;
  frame_ns_.store(1e9 / rate);
}

void FrameClock::advance(uint64_t frame, uint32_t frames, int64_t now_ns) noexcept {
  const double nominal = frames * 1e9 / rate_;
  const double error = static_cast<double>(now_ns) - predicted_ns_;
  double start = static_cast<double>(now_ns);
  if (frames != period_frames_) {
    period_frames_ = frames;
    period_ns_ = nominal;
    strays_ = 0;
  } else if (std::fabs(error) > nominal / 2) {
    // One callback was held up, or the device has jumped: that shows when it stays away.
    constexpr int kPatience = 4;
    least_stray_ns_ = strays_ == 0 ? error : std::fmin(least_stray_ns_, error);
    start = predicted_ns_;
    if (++strays_ == kPatience) {
      start += least_stray_ns_;
      period_ns_ = nominal;
      strays_ = 0;
    }
  } else {
    constexpr double kBandwidthHz = 0.5, kMostLateNs = 100e3;
    const double omega = 2 * M_PI * kBandwidthHz * nominal * 1e-9;
    const double heard = std::fmin(error, kMostLateNs);
    start = predicted_ns_ + std::fmin(1.0, std::sqrt(2.0) * omega) * heard;
    period_ns_ += omega * omega * heard;
    strays_ = 0;
  }
  predicted_ns_ = start + period_ns_;

  const uint32_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  frame_.store(frame, std::memory_order_relaxed);
  next_frame_.store(frame + frames, std::memory_order_relaxed);
  time_ns_.store(start, std::memory_order_relaxed);
  frame_ns_.store(period_ns_ / frames, std::memory_order_relaxed);
  version_.store(version + 2, std::memory_order_release);
}

FrameClock::Reading FrameClock::read() const noexcept {
  Reading reading;
  for (;;) {
    const uint32_t before = version_.load(std::memory_order_acquire);
    reading.frame = frame_.load(std::memory_order_relaxed);
    reading.next_frame = next_frame_.load(std::memory_order_relaxed);
    reading.time_ns = time_ns_.load(std::memory_order_relaxed);
    reading.frame_ns = frame_ns_.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if ((before & 1) == 0 && version_.load(std::memory_order_relaxed) == before) return reading;
  }
}

uint64_t FrameClock::frame_at(int64_t time_ns) const noexcept {
  const Reading r = read();
  if (r.next_frame == 0) return 0;  // no callback has come yet
  const double frame = static_cast<double>(r.frame) + (static_cast<double>(time_ns) - r.time_ns) / r.frame_ns;
  return frame <= 0 ? 0 : static_cast<uint64_t>(frame);
}

int64_t FrameClock::time_of(uint64_t frame) const noexcept {
  const Reading r = read();
  const double frames = static_cast<double>(static_cast<int64_t>(frame - r.frame));
  return static_cast<int64_t>(r.time_ns + frames * r.frame_ns);
}

}  // namespace continuo::rt
