// Monophonic pitch tracker: YIN with centred lags and an octave-jump veto, once a control frame.
//
// A. de Cheveigne and H. Kawahara, "YIN, a fundamental frequency estimator", JASA 111(4), 2002: difference
// function, cumulative mean normalisation, absolute threshold, parabolic interpolation. The two compared
// stretches lie symmetrically about the frame's centre, so a glide is not read early or late. One code for
// dataset preparation and live input; a live stream reports frame j latency_samples() late.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace continuo::dsp {

struct PitchSpec {
  double sample_rate = 24000;  // Hz
  int hop = 240;               // samples between frames
  double min_hz = 60;          // lowest and highest f0 looked for
  double max_hz = 2200;
  double window_ms = 20;       // integration window of the difference function
  float threshold = 0.15f;     // first dip below it wins (YIN's absolute threshold)
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
  int latency_samples() const noexcept { return half_; }

 private:
  PitchFrame analyse() noexcept;
  float refine(int lag) const noexcept;
  float normalised(int lag) const noexcept { return normalised_[static_cast<std::size_t>(lag)]; }

  PitchSpec spec_;
  int window_ = 0;   // integration window, samples
  int min_lag_ = 0;  // samples
  int max_lag_ = 0;
  int half_ = 0;               // half of the stretch one frame sees
  std::vector<float> ring_;    // [2 * half], the latest samples
  std::vector<float> linear_;  // the ring, oldest sample first
  std::vector<float> difference_;
  std::vector<float> normalised_;
  int write_ = 0;
  int until_frame_ = 0;
  float last_hz_ = 0;  // of the last voiced frame, 0 after a gap
  int vetoes_ = 0;     // octave jumps refused in a row
};

}  // namespace continuo::dsp
