// Where blocks are recorded.
#pragma once

#include <cstdint>

namespace continuo {

class BlockSink {
 public:
  virtual ~BlockSink() = default;
  // Audio thread; wait-free. `channels` holds `count` pointers to `frames` samples, the first that of engine
  // frame `frame`.
  virtual void push(uint64_t frame, const float* const* channels, uint32_t count,
                    uint32_t frames) noexcept = 0;
};

}  // namespace continuo
