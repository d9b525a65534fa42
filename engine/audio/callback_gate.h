// Lets one device at a time into the engine's callback.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>

#include "engine/audio/device.h"

namespace continuo {

// Every device has a key; the gate opens to one of them. A device that is not let in plays silence.
class CallbackGate {
 public:
  static constexpr uint32_t kClosed = 0;

  // Off stage, while closed.
  void set_target(AudioCallback* target) noexcept { target_ = target; }
  // Off stage. The new owner gets in with its next block (the old one may be finishing its last).
  void hand_to(uint32_t key) noexcept { owner_.store(key); }
  // Off stage. After it nobody is inside.
  void close() noexcept {
    owner_.store(kClosed);
    while (busy_.load()) std::this_thread::yield();
  }
  // Audio threads; wait-free. False: not let in.
  bool run(uint32_t key, const AudioBlock& block) noexcept {
    if (owner_.load() != key || busy_.exchange(true)) return false;
    const bool mine = owner_.load() == key;
    if (mine) target_->process(block);
    busy_.store(false);
    return mine;
  }

 private:
  AudioCallback* target_ = nullptr;
  std::atomic<uint32_t> owner_{kClosed};
  std::atomic<bool> busy_{false};
};

// What a device calls: counts its blocks, and passes them through the gate.
class GatedCallback : public AudioCallback {
 public:
  GatedCallback(CallbackGate& gate, uint32_t key) : gate_(gate), key_(key) {}
  void process(const AudioBlock& block) noexcept override {
    blocks_.store(blocks_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    if (gate_.run(key_, block)) return;
    for (uint32_t c = 0; c < block.output_channels; ++c) {
      std::memset(block.outputs[c], 0, sizeof(float) * block.frames);
    }
  }
  // Any thread.
  [[nodiscard]] uint64_t blocks() const noexcept { return blocks_.load(std::memory_order_acquire); }
  [[nodiscard]] uint32_t key() const noexcept { return key_; }

 private:
  CallbackGate& gate_;
  uint32_t key_;
  std::atomic<uint64_t> blocks_{0};
};

}  // namespace continuo
