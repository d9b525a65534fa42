// Monophonic pitch tracker, once a control frame.
//
// After A. de Cheveigne and H. Kawahara, "YIN, a fundamental frequency estimator", JASA 111(4), 2002:
// difference function, cumulative mean normalisation, parabolic interpolation. Other than there, each lag
// compares all samples that the frame has for it (by the autocorrelation, so a frame costs two FFTs), and not
// the first dip under a threshold wins but the one of least cost: its depth, and a little for each octave
// down, the less the cleaner the sound; a part of its lag is taken if the low partials speak for it. The
// compared stretches lie symmetrically about the frame's centre, so a glide is not read early or late. One
// code for dataset preparation and live input; a live stream reports frame j latency_samples() late.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/dsp/fft.h"

namespace continuo::dsp {

struct PitchSpec {
  double sample_rate = 24000;  // Hz
  int hop = 240;               // samples between frames
  double min_hz = 64;          // lowest and highest f0 looked for
  double max_hz = 2200;
  double window_ms = 16;       // what the lowest pitch is compared over; with its period: twice the latency
  float voiced_below = 0.35f;  // aperiodicity under which a frame is voiced
  float silence_db = -60.f;    // mean square below which a frame is unvoiced
};

struct PitchFrame {
  float f0_hz = 0;         // best estimate even when unvoiced; 0 when there is none
  float aperiodicity = 1;  // 0: exactly periodic; 1: noise or silence
  bool voiced = false;
};

class PitchTracker {
 public:
  // Control thread. Allocates. Throws std::invalid_argument on a spec out of range.
  void prepare(const PitchSpec& spec);
  // Any thread. Forgets the past (as if preceded by silence).
  void reset() noexcept;
  // Audio thread. Consumes all of `in`; writes each frame that became complete to `out` and returns how many.
  // `out` needs room for in.size() / hop + 1 frames; frames beyond its end are dropped.
  std::size_t process(std::span<const float> in, std::span<PitchFrame> out) noexcept;
  // Samples between a frame's centre and the moment it is reported.
  int latency_samples() const noexcept { return latency_; }

 private:
  PitchFrame analyse() noexcept;
  void smooth() noexcept;
  void measure() noexcept;
  [[nodiscard]] int choose() const noexcept;
  [[nodiscard]] int shortest(int lag) const noexcept;
  [[nodiscard]] float foreign_db(float period, int parts) const noexcept;
  [[nodiscard]] float bottom(int lag) const noexcept;
  [[nodiscard]] float refine(int lag) const noexcept;
  [[nodiscard]] float normalised(int lag) const noexcept {
    return normalised_[static_cast<std::size_t>(lag)];
  }

  PitchSpec spec_;
  int min_lag_ = 0;  // samples
  int max_lag_ = 0;
  int length_ = 0;  // samples that a frame sees
  int box_ = 1;     // samples of the low-pass
  int latency_ = 0;
  RealFft fft_;
  std::vector<float> ring_;                    // [length + 2 (box - 1)], the latest samples
  std::vector<float> linear_;                  // the ring, oldest sample first
  std::vector<float> frame_;                   // [fft], low-passed, and zeros; then its autocorrelation
  std::vector<std::complex<float>> spectrum_;  // [bins]
  std::vector<float> window_;                  // [length], Hann
  std::vector<double> energy_;                 // [length + 1], of the first n samples
  std::vector<float> difference_;              // [max_lag + 2], mean square, by lag
  std::vector<float> normalised_;
  int write_ = 0;
  int until_frame_ = 0;
};

}  // namespace continuo::dsp
