// Blocks of interleaved float samples from the audio thread to the disk thread, each with its frame.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace continuo {

// One producer (the audio thread), one consumer; wait-free both ways. A block goes in whole or not at all.
class SampleRing {
 public:
  struct Header {
    uint64_t frame;  // of the block's first sample
    uint32_t frames;
  };

  // Off stage. Room for `samples` floats (blocks and their headers); every page is touched.
  explicit SampleRing(uint64_t samples) : data_(std::bit_ceil(samples), 0.0f), mask_(data_.size() - 1) {}

  // Audio thread. False: full. planes[c] + offset are read for c < count; channels beyond are silent.
  bool push(uint64_t frame, const float* const* planes, uint32_t count, uint32_t channels, uint32_t offset,
            uint32_t frames) noexcept {
    const uint64_t head = head_.load(std::memory_order_relaxed);
    const uint64_t needed = kHeader + uint64_t{frames} * channels;
    if (head + needed - tail_.load(std::memory_order_acquire) > data_.size()) return false;
    put(head, static_cast<uint32_t>(frame));
    put(head + 1, static_cast<uint32_t>(frame >> 32));
    put(head + 2, frames);
    for (uint32_t c = 0; c < channels; ++c) {
      uint64_t at = head + kHeader + c;
      for (uint32_t i = 0; i < frames; ++i, at += channels) {
        data_[at & mask_] = c < count ? planes[c][offset + i] : 0.0f;
      }
    }
    head_.store(head + needed, std::memory_order_release);
    return true;
  }

  // Consumer. False: empty. The block stays until pop().
  bool peek(Header& header) const noexcept {
    const uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (head_.load(std::memory_order_acquire) == tail) return false;
    header.frame = get(tail) | uint64_t{get(tail + 1)} << 32;
    header.frames = get(tail + 2);
    return true;
  }
  // Consumer, after peek(): copies the block (frames * channels floats) and takes it out.
  void pop(const Header& header, uint32_t channels, float* out) noexcept {
    const uint64_t tail = tail_.load(std::memory_order_relaxed);
    const uint64_t count = uint64_t{header.frames} * channels;
    for (uint64_t i = 0; i < count; ++i) out[i] = data_[(tail + kHeader + i) & mask_];
    tail_.store(tail + kHeader + count, std::memory_order_release);
  }

 private:
  static constexpr uint64_t kHeader = 3;
  void put(uint64_t at, uint32_t value) noexcept { data_[at & mask_] = std::bit_cast<float>(value); }
  [[nodiscard]] uint32_t get(uint64_t at) const noexcept {
    return std::bit_cast<uint32_t>(data_[at & mask_]);
  }

  std::vector<float> data_;
  uint64_t mask_;
  alignas(64) std::atomic<uint64_t> head_{0};
  alignas(64) std::atomic<uint64_t> tail_{0};
};

}  // namespace continuo
