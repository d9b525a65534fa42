// Power follower: Hann-weighted mean square of a signal, once a control frame, in dB.
//
// One code for dataset preparation and live input. A frame's window is centred on sample j * hop, so a live
// stream reports it latency_samples() late; the numbers are the same however the stream is cut.
// A full-scale sine reads -3 dB. Weighting by Hann keeps onsets sharp (half of the weight lies within a
// quarter of the window on either side) and hides the ripple of low notes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace continuo::dsp {

struct PowerSpec {
  int hop = 240;           // samples between frames
  int window = 960;        // samples, even
  float floor_db = -80.f;  // what silence reads
};

class PowerFollower {
 public:
  // Control thread. Allocates. Throws std::invalid_argument on a spec out of range.
  void prepare(const PowerSpec& spec);
  // Any thread. Forgets the past (as if preceded by silence).
  void reset() noexcept;
  // Audio thread. Consumes all of `in`; writes the dB of each frame that became complete to `out` and returns
  // how many. `out` needs room for in.size() / hop + 1 frames; frames beyond its end are dropped.
  std::size_t process(std::span<const float> in, std::span<float> out) noexcept;
  // Samples between a frame's centre and the moment it is reported.
  int latency_samples() const noexcept { return spec_.window / 2; }

 private:
  PowerSpec spec_;
  std::vector<float> weights_;  // [window], sums to 1
  std::vector<float> ring_;     // [window], the latest samples
  int write_ = 0;
  int until_frame_ = 0;  // samples until the next frame is complete
};

}  // namespace continuo::dsp
