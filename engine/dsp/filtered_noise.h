// A voice's noise: white noise through a filter that changes from control frame to control frame.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/dsp/cpu.h"

namespace continuo::dsp {

struct Kernels;

struct NoiseFilterSpec {
  int bands = 65;             // 2..256; band b lies at b * (model_rate / 2) / (bands - 1)
  double model_rate = 24000;  // Hz, at which the magnitudes were learned
  double device_rate = 48000;
};

// Turns band magnitudes into the taps of a FIR filter at the device's rate: the same Hann-windowed response
// as the 2 (bands - 1) taps of DDSP (Engel et al. 2020, frequency sampling) have at the model's rate, over
// the same time, with nothing above the model's Nyquist (but the window's skirt of two bands). Linear phase.
class NoiseFilter {
 public:
  // Control thread. Allocates. Throws std::invalid_argument on a spec out of range.
  void prepare(const NoiseFilterSpec& spec, SimdLevel level = best_simd_level());
  // Audio thread. `magnitudes` has bands() values (others are taken as 0), `taps` taps() values.
  void design(std::span<const float> magnitudes, std::span<float> taps) const noexcept;

  [[nodiscard]] int bands() const noexcept { return bands_; }
  // A multiple of 16.
  [[nodiscard]] int taps() const noexcept { return taps_; }
  // By how much filtered noise comes after its control frame.
  [[nodiscard]] int delay_frames() const noexcept { return centre_; }
  // Level of white noise with the density (power per Hz) of uniform -1..1 at the model's rate.
  [[nodiscard]] float white_level() const noexcept { return white_level_; }

 private:
  static constexpr int kMaxBands = 256;
  const Kernels* kernels_ = nullptr;
  int bands_ = 0, centre_ = 0, taps_ = 0, rows_ = 0;
  float white_level_ = 1;
  std::vector<float> columns_;  // [bands, rows]: half of the response of each band, window and scale included
};

// Every sample is filtered by the taps of its own frame, and rings on under the next ones (overlap-add). The
// samples are a function of the seed and the count of samples only, and the same bit for bit however a
// stretch is cut.
class FilteredNoise {
 public:
  // Control thread. Allocates. level_of_white multiplies uniform -1..1 (NoiseFilter::white_level()).
  void prepare(int max_taps, float level_of_white = 1, SimdLevel level = best_simd_level());
  // Audio thread. Silence, and a new stream of noise.
  void reset(std::uint64_t seed) noexcept;
  // Audio thread. The filter of the samples from now on; at most max_taps, those beyond are dropped.
  void set_frame(std::span<const float> taps) noexcept;
  // Audio thread. Overwrites `out`, any length (multiples of 32 are cheapest).
  void process(std::span<float> out) noexcept;
  // True while a filter is set or rings.
  [[nodiscard]] bool sounding() const noexcept { return audible_ || ringing_ > 0; }

 private:
  static constexpr int kChunk = 32;

  const Kernels* kernels_ = nullptr;
  float level_ = 1;
  std::uint64_t key_ = 0;
  std::uint32_t counter_ = 0;
  bool audible_ = false;
  int count_ = 0;                   // taps in use, a multiple of 16
  int ringing_ = 0;                 // samples that the past still reaches
  std::vector<float> taps_;         // [padding + max_taps + padding]
  std::vector<float> sum_;          // output to come; at_ is the next sample
  std::size_t at_ = 0, reach_ = 0;  // reach_: room that one chunk needs
};

}  // namespace continuo::dsp
