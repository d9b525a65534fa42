// What HarmonicBank hands to its kernel: at most 32 samples of one voice.
#pragma once

#include <cstdint>

namespace continuo::dsp {

struct HarmonicJob {
  alignas(64) std::uint32_t phase[32];  // fundamental, 2^32 a turn
  alignas(64) float increment[32];      // fundamental, turns a sample
  const float* start;                   // [partial] amplitudes at index 0 of the control frame
  const float* slope;                   // [partial] their change a sample
  int index;                            // of the first sample within the control frame
  int frames;                           // samples wanted, 1..32; the kernel may write up to 32
  int full;                             // harmonics 1..full are below the fade at every sample
  int partial;  // harmonics full+1..partial are weighed sample by sample; the rest is silent
};

// Amplitude weight of a harmonic at x turns a sample: 1 below 15/32, 0 from 1/2 on.
constexpr float kNyquistFadeSlope = 32.f;

using HarmonicKernel = void (*)(const HarmonicJob& job, float* out);

}  // namespace continuo::dsp
