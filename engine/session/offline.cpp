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
    auto n = static_cast<uint32_t>(std::min<uint64_t>(block, frames - done));
    // Workers run ahead of a block by no more than what they may hear before it.
    if (!input_.empty()) n = std::min(n, std::max(1u, worker_.lead_frames()));
    input_block_.assign(n, 0.f);
    const uint64_t at = frame_ - input_from_;
    if (at < input_.size()) {
      std::copy_n(input_.begin() + static_cast<ptrdiff_t>(at), std::min<size_t>(n, input_.size() - at),
                  input_block_.begin());
    }
    const float* const inputs[] = {input_block_.data()};
    const uint32_t input_channels = input_.empty() ? 0 : 1;
    worker_.advance_for(frame_ + n);
    const double time_ns = static_cast<double>(frame_) * 1e9 / engine_.spec().rate;
    engine_.process(
        {inputs, pointers.data(), input_channels, channels, n, static_cast<int64_t>(time_ns), false});
    for (uint32_t c = 0; c < channels && !out.empty(); ++c) {
      for (uint32_t i = 0; i < n; ++i) out[(done + i) * channels + c] = planes_[c][i];
    }
    done += n;
    frame_ += n;
  }
}

}  // namespace continuo::session
