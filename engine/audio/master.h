// The master: the send's reverb, gain, DC blocker, look-ahead limiter, meter.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/audio/send_reverb.h"
#include "engine/audio/strip.h"
#include "engine/dsp/dc_blocker.h"
#include "engine/dsp/limiter.h"
#include "engine/rt/ramped.h"

namespace continuo {

class Master {
 public:
  Master(double rate, uint32_t channels);

  // Audio thread.
  void set(uint16_t parameter, float value, uint64_t frame, uint32_t ramp_frames) noexcept;
  // Crossfades to another reverb (null: none).
  void set_reverb(SendReverb* reverb, uint64_t frame) noexcept;
  // A reverb that no longer sounds, or null; to be asked after process().
  SendReverb* take_retired() noexcept { return std::exchange(retired_, nullptr); }
  // In place: `channels` pointers to `frames` samples from `frame` on; `send` is the mono send of the same
  // stretch.
  void process(uint64_t frame, float* const* channels, const float* send, uint32_t frames) noexcept;

  // Any thread. 0 while the limiter is off.
  [[nodiscard]] uint32_t latency_frames() const noexcept { return latency_.load(std::memory_order_relaxed); }
  [[nodiscard]] float gain_reduction_db() const noexcept {
    return reduction_db_.load(std::memory_order_relaxed);
  }

  Meter meter;

 private:
  void add_reverb(uint64_t frame, float* const* channels, const float* send, uint32_t frames) noexcept;
  void limit(uint64_t frame, float* const* channels, uint32_t frames) noexcept;

  uint32_t channels_, fade_frames_;
  rt::Ramped gain_{1}, reverb_gain_{1}, reverb_fade_{1}, limited_{1};
  SendReverb* reverb_ = nullptr;
  SendReverb* outgoing_ = nullptr;
  SendReverb* retired_ = nullptr;
  std::vector<dsp::DcBlocker> dc_blockers_;
  dsp::LookaheadLimiter limiter_;
  bool limiter_runs_ = true;
  std::vector<float> wet_left_, wet_right_;
  std::vector<std::vector<float>> dry_;
  std::atomic<uint32_t> latency_{0};
  std::atomic<float> reduction_db_{0};
};

}  // namespace continuo
