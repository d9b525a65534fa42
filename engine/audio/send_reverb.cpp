// A reverb for the send.
#include "engine/audio/send_reverb.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace continuo {

SendReverb::SendReverb(std::span<const float> left, std::span<const float> right)
    : left_ir_(left), right_ir_(right) {
  left_.prepare(static_cast<int>(left.size()));
  right_.prepare(static_cast<int>(right.size()));
  left_.set_ir(&left_ir_);
  right_.set_ir(&right_ir_);
  left_.reset();
  right_.reset();
}

std::unique_ptr<SendReverb> SendReverb::room(double rate) {
  constexpr double kSeconds = 0.9, kDecaySeconds = 0.7, kPredelaySeconds = 0.008, kLevel = 0.06;
  const auto taps = static_cast<size_t>(rate * kSeconds);
  const auto predelay = static_cast<size_t>(rate * kPredelaySeconds);
  std::vector<float> sides[2] = {std::vector<float>(taps), std::vector<float>(taps)};
  std::mt19937 random(1975);
  for (auto& side : sides) {
    double low_passed = 0;
    for (size_t i = predelay; i < taps; ++i) {
      const double t = static_cast<double>(i) / rate;
      const double white = static_cast<double>(random()) / 2147483648.0 - 1;
      const double cutoff_hz = 9000 * std::exp(-3 * t / kDecaySeconds) + 900;
      const double smooth = 1 - std::exp(-2 * M_PI * cutoff_hz / rate);
      low_passed += smooth * (white - low_passed);
      side[i] = static_cast<float>(kLevel * low_passed * std::exp(-6.9 * t / kDecaySeconds));
    }
  }
  return std::make_unique<SendReverb>(sides[0], sides[1]);
}

void SendReverb::begin(uint64_t frame) noexcept {
  begin_ = frame;
  left_.align(frame);
  right_.align(frame);
}

void SendReverb::process(uint64_t frame, const float* in, float* left, float* right,
                         uint32_t frames) noexcept {
  const auto skip = static_cast<uint32_t>(std::min<uint64_t>(frames, begin_ - std::min(begin_, frame)));
  std::fill_n(left, skip, 0.f);
  std::fill_n(right, skip, 0.f);
  left_.process({in + skip, frames - skip}, {left + skip, frames - skip});
  right_.process({in + skip, frames - skip}, {right + skip, frames - skip});
}

}  // namespace continuo
