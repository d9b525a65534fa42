// The engine without a device: blocks are asked for as fast as they can be made, the workers are called in
// line.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "engine/audio/engine.h"
#include "engine/instruments/worker.h"

namespace continuo::session {

// One thread. What comes out does not depend on the block size.
class Offline {
 public:
  Offline(Engine& engine, Worker& worker) : engine_(engine), worker_(worker) {}

  // Renders `frames` in blocks of `block`, interleaved to `out` (frames * outputs samples, may be empty: not
  // kept). Everything that acts in these frames must have been committed.
  void render(uint64_t frames, uint32_t block, std::span<float> out);
  // What the device's first input hears from the frame after those that were rendered on; then silence.
  void set_input(std::vector<float> samples) {
    input_ = std::move(samples);
    input_from_ = frame_;
  }
  [[nodiscard]] uint64_t frame() const noexcept { return frame_; }

 private:
  Engine& engine_;
  Worker& worker_;
  std::vector<std::vector<float>> planes_;
  std::vector<float> input_, input_block_;
  uint64_t input_from_ = 0;
  uint64_t frame_ = 0;
};

}  // namespace continuo::session
