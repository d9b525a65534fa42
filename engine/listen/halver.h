// Halves the rate of a stream: a half-band low-pass of 15 taps, and each second sample.
//
// The trackers run at 22 to 24 kHz, as in training: less work, and the power of what no model hears stays
// out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace continuo::listen {

class Halver {
 public:
  static constexpr size_t kTaps = 15;

  // Any thread.
  void reset() noexcept { *this = Halver{}; }
  // Audio or worker thread. True: `out` is the next sample of the halved stream.
  bool push(float in, float& out) noexcept {
    history_[at_] = in;
    at_ = (at_ + 1) % kTaps;
    odd_ = !odd_;
    if (odd_) return false;
    // Blackman-windowed sinc of half the band; the even taps beside the centre are 0.
    constexpr std::array<float, 4> kSide{0.3062f, -0.0686f, 0.0144f, -0.0020f};
    const auto sample = [&](size_t back) { return history_[(at_ + kTaps - 1 - back) % kTaps]; };
    out = 0.5f * sample(7);
    for (size_t i = 0; i < kSide.size(); ++i) out += kSide[i] * (sample(6 - 2 * i) + sample(8 + 2 * i));
    return true;
  }

 private:
  std::array<float, kTaps> history_{};
  size_t at_ = 0;
  bool odd_ = false;
};

}  // namespace continuo::listen
