// A value on its way: a straight line between two frames, the same on every thread and for every block size.
#pragma once

#include <cstdint>

namespace continuo::rt {

class Ramped {
 public:
  explicit Ramped(float value = 0) noexcept : from_(value), to_(value) {}

  void set(float value) noexcept { from_ = to_ = value, start_ = end_ = 0; }
  // Goes to `value` over `length` frames from `frame`, starting at where it is then.
  void go(float value, uint64_t frame, uint32_t length) noexcept {
    from_ = length == 0 ? value : at(frame);
    to_ = value, start_ = frame, end_ = frame + length;
  }
  [[nodiscard]] float at(uint64_t frame) const noexcept {
    if (frame >= end_) return to_;
    if (frame <= start_) return from_;
    return from_ + (to_ - from_) * (static_cast<float>(frame - start_) / static_cast<float>(end_ - start_));
  }
  [[nodiscard]] float target() const noexcept { return to_; }
  [[nodiscard]] bool moving(uint64_t frame) const noexcept { return frame < end_; }

 private:
  float from_, to_;
  uint64_t start_ = 0, end_ = 0;
};

}  // namespace continuo::rt
