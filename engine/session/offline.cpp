// The engine without a device.
#include "engine/session/offline.h"

#include <algorithm>

namespace continuo::session {

void Offline::render(uint64_t frames, uint32_t block, std::span<float> out) {
  const uint32_t channels = engine_.spec().outputs;
  planes_.resize(channels);
  std::vector<float*> pointers;
  for (auto& plane : planes_) {
    plane.resize(block);
    pointers.push_back(plane.data());
  }
  for (uint64_t done = 0; done < frames;) {
    const auto n = static_cast<uint32_t>(std::min<uint64_t>(block, frames - done));
    worker_.advance_for(frame_ + n);
    const double time_ns = static_cast<double>(frame_) * 1e9 / engine_.spec().rate;
    engine_.process({nullptr, pointers.data(), 0, channels, n, static_cast<int64_t>(time_ns), false});
    for (uint32_t c = 0; c < channels && !out.empty(); ++c) {
      for (uint32_t i = 0; i < n; ++i) out[(done + i) * channels + c] = planes_[c][i];
    }
    done += n;
    frame_ += n;
  }
}

}  // namespace continuo::session
