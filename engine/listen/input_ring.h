// The samples that a listening part hears, from the audio thread to its worker, each known by its frame.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace continuo::listen {

// One producer (the audio thread), one consumer (a worker); wait-free both ways. What the consumer does not
// take within 0.7 s at 48 kHz is lost.
class InputRing {
 public:
  // Off stage; touches every page.
  InputRing() : data_(kLength) {
    for (auto& sample : data_) sample.store(0, std::memory_order_relaxed);
  }

  // Audio thread. A frame that does not follow the last one begins anew.
  void push(uint64_t frame, const float* samples, uint32_t count) noexcept {
    if (frame != end_.load(std::memory_order_relaxed)) begin_.store(frame, std::memory_order_release);
    for (uint32_t i = 0; i < count; ++i) {
      data_[(frame + i) & kMask].store(samples == nullptr ? 0.f : samples[i], std::memory_order_relaxed);
    }
    end_.store(frame + count, std::memory_order_release);
  }

  // Consumer. The frame after the newest sample, and the oldest that can be read.
  [[nodiscard]] uint64_t end() const noexcept { return end_.load(std::memory_order_acquire); }
  [[nodiscard]] uint64_t begin() const noexcept {
    const uint64_t end = this->end(), begin = begin_.load(std::memory_order_acquire);
    return end - begin > kKept && end > begin ? end - kKept : begin;
  }
  // Consumer. begin() <= frame < end().
  [[nodiscard]] float at(uint64_t frame) const noexcept {
    return data_[frame & kMask].load(std::memory_order_relaxed);
  }

 private:
  static constexpr uint64_t kLength = 1 << 16, kMask = kLength - 1, kKept = kLength / 2;
  std::vector<std::atomic<float>> data_;
  alignas(64) std::atomic<uint64_t> end_{0};
  std::atomic<uint64_t> begin_{0};
};

}  // namespace continuo::listen
