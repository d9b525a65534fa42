// A voice's harmonics: up to 128 sines at whole multiples of one gliding fundamental.
//
// Harmonics come from a recurrence over k, vectorised over samples. In Reinsch's form,
//   s(k+1) = s(k) + d(k+1),  d(k+1) = d(k) - 4 sin^2(phi/2) s(k),
// with phi folded into a quarter turn around zero (the odd harmonics change sign on the far half), its error
// is below -120 dB for 100 equal harmonics at 30 Hz, where the plain Chebyshev recurrence reaches -89 dB.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/dsp/cpu.h"

namespace continuo::dsp {

struct HarmonicJob;

// All samples are the same bit for bit however a stretch is cut into process() calls: the phase is 64-bit
// fixed point, exact within a ramp, and amplitudes are evaluated by their index within the control frame.
class HarmonicBank {
 public:
  static constexpr int kMaxHarmonics = 128;
  // A harmonic fades linearly from full level at this share of Nyquist to nothing at Nyquist, sample by
  // sample.
  static constexpr double kFadeStart = 1.0 - 1.0 / 16;

  // Control thread. `level` is for tests; kernels of different levels differ by rounding only.
  void prepare(double sample_rate, SimdLevel level = best_simd_level()) noexcept;

  // Audio thread. Silence, at a phase in turns (harmonic k then starts at k times that phase).
  void reset(double phase_turns = 0) noexcept;

  // Audio thread. From now on the fundamental goes from start_hz to end_hz in a straight line over `frames`
  // (0: at once), then stays. Clamped to 0..Nyquist; NaN is 0. Phase is continuous. Call it at frames that do
  // not depend on the block size (the tick grid, control frames).
  void set_frequency(double start_hz, double end_hz, int frames) noexcept;

  // Audio thread. From now on the amplitudes go in a straight line from where they are to `amplitudes`
  // (harmonic 1 first; those missing go to 0; those that are not finite are 0) over `frames` (0: at once),
  // then stay.
  void set_amplitudes(std::span<const float> amplitudes, int frames) noexcept;

  // Audio thread. Overwrites `out`, any length (multiples of 32 are cheapest).
  void process(std::span<float> out) noexcept;

  // The fundamental's phase in turns, 0..1, at the next sample.
  [[nodiscard]] double phase() const noexcept { return static_cast<double>(phase_) * 0x1p-64; }
  // True while anything but silence comes out.
  [[nodiscard]] bool sounding() const noexcept { return active_ > 0; }

 private:
  static constexpr int kChunk = 32;

  [[nodiscard]] std::int64_t increment(double hz) const noexcept;
  void chunk(float* out, int frames) noexcept;
  void finish_frame() noexcept;

  void (*kernel_)(const HarmonicJob&, float*) = nullptr;
  double sample_rate_ = 48000;
  std::uint64_t phase_ = 0;          // turns, 2^64 a turn
  std::int64_t increment_ = 0;       // turns a sample; below half a turn
  std::int64_t increment_step_ = 0;  // change of increment_ a sample while glide_left_ > 0
  std::int64_t increment_end_ = 0;
  int glide_left_ = 0;  // samples
  int index_ = 0;       // samples since the amplitude frame began
  int frames_ = 0;      // its length; 0 when the amplitudes rest
  int active_ = 0;      // harmonics above this one are and stay 0
  alignas(64) std::array<float, kMaxHarmonics> start_{};
  alignas(64) std::array<float, kMaxHarmonics> slope_{};
  alignas(64) std::array<float, kMaxHarmonics> target_{};
};

}  // namespace continuo::dsp
