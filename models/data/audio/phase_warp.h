// A voiced stretch with its time bent so that the pitch stands still: every period gets the same number of
// points.
//
// In such a spectrum a single voice is a comb of thin lines however it glides or vibrates, harmonic k on bin
// k * periods; what widens the lines or lies between them is something else than that voice.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/dsp/fft.h"
#include "models/data/features.h"

namespace continuo::data {

// Frames [begin, end) that are voiced, at most 30 dB under the item's loudest, without a jump in pitch.
struct VoicedRun {
  std::size_t begin = 0, end = 0;
};
std::vector<VoicedRun> voiced_runs(const Features& features, std::size_t shortest_frames);

// A tracker's slips undone where the neighbours tell: frames an octave or two off what is sung for a second
// around, and up to three unvoiced frames within a note. Which octave is taken matters little here, that it
// stays the same does.
Features without_slips(const Features& features, std::size_t frames_a_second);

class PhaseWarp {
 public:
  // Any thread; one object serves one thread at a time. `points`: of a spectrum's window, a size that RealFft
  // takes.
  PhaseWarp(std::span<const float> audio, double sample_rate, int points);
  // The stretch that is looked at from now on; `features` at `hop`.
  void follow(const Features& features, int hop, VoicedRun run);

  double begin_s() const;  // of the stretch
  double end_s() const;
  double median_hz() const { return median_hz_; }
  double f0_at(double seconds) const;      // Hz, the tracked pitch, medians of five frames
  double cycles_at(double seconds) const;  // since the stretch's begin

  // Hann-windowed spectrum of `periods` (even) periods about `seconds`: amplitudes of sines (a sine of 1
  // reads 1), with the phase at the centre. Empty where the window does not fit into the stretch.
  std::span<const std::complex<float>> spectrum(double seconds, int periods);

 private:
  std::span<const float> audio_;
  double sample_rate_;
  std::size_t first_ = 0;       // sample where the stretch begins
  std::vector<double> cycles_;  // a sample
  std::vector<double> f0_;      // Hz, a frame of the stretch
  double hop_s_ = 0.01;
  double median_hz_ = 0;
  std::vector<float> window_, warped_;         // [points]
  std::vector<std::complex<float>> spectrum_;  // [points / 2 + 1]
  dsp::RealFft fft_;
};

}  // namespace continuo::data
