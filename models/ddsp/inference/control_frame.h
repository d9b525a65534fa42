// What the DDSP network says about one frame of sound: the only thing that crosses from worker to callback.
#pragma once
#include <cstdint>

namespace continuo::ddsp {

inline constexpr int kMaximumHarmonics = 128;
inline constexpr int kMaximumNoiseBands = 128;

// Plain data, about 1 KB. Values are linear amplitudes, at least 0.
struct ControlFrame {
  std::int32_t harmonic_count = 0;
  std::int32_t noise_count = 0;
  // harmonics[k - 1] is the amplitude of k * f0: loudness times normalised distribution, zero from the
  // model's own Nyquist frequency on. Entries from harmonic_count on are not written.
  float harmonics[kMaximumHarmonics];
  // noise[b] is the filter's magnitude at b * (model_rate / 2) / (noise_count - 1).
  float noise[kMaximumNoiseBands];
};

}  // namespace continuo::ddsp
