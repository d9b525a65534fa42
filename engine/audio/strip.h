// A part's channel strip: gain, pan, mute, solo, first output channel, send, meter.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "engine/rt/ramped.h"
#include "osc_schema/tables.h"

namespace continuo {

// Peaks since the last reading, written by the audio thread, taken by control.
class Meter {
 public:
  void add(float peak) noexcept {
    if (peak > peak_.load(std::memory_order_relaxed)) peak_.store(peak, std::memory_order_relaxed);
  }
  float take() noexcept { return peak_.exchange(0, std::memory_order_relaxed); }

 private:
  std::atomic<float> peak_{0};
};

// Audio thread. Mono in, stereo out; every change is a ramp, so nothing clicks.
class Strip {
 public:
  Strip() noexcept;
  void prepare(double rate) noexcept;
  // A kStripParameter command at its frame.
  void set(uint16_t parameter, float value, uint64_t frame, uint32_t ramp_frames) noexcept;
  // Whether solo of this or any other strip leaves this one audible.
  void set_audible(bool audible, uint64_t frame) noexcept;

  [[nodiscard]] bool solo() const noexcept { return solo_; }
  [[nodiscard]] bool rails() const noexcept { return rails_; }
  [[nodiscard]] uint32_t first_channel() const noexcept { return first_channel_; }

  // Adds nothing: writes left, right and send (each in.size() <= kTickFrames samples, within one tick).
  void process(uint64_t frame, std::span<const float> in, float* left, float* right, float* send) noexcept;

  Meter meter;

 private:
  void pan_gains(float pan, float& left, float& right) const noexcept;

  rt::Ramped gain_{1}, send_{0}, pan_{0}, open_{1};
  uint32_t fade_frames_ = 240;
  uint32_t first_channel_ = 0;
  bool mute_ = false, solo_ = false, audible_ = true, rails_ = true;
};

// dB to gain with the schema's "off" at -60.
float gain_from_db(float db) noexcept;

}  // namespace continuo
