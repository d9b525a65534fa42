// A reverb for the send: one impulse response, mono in, stereo out. Made off stage; the master plays it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/dsp/convolution.h"

namespace continuo {

class SendReverb {
 public:
  // Two reverbs of one send make the same sound if their frame counters differ by a multiple of this.
  static constexpr uint32_t kGridFrames = dsp::ConvolutionIr::kLarge;
  // Disk thread. Impulse responses at the device's rate; tap 0 is as a rule 0, for the dry sound has its own
  // way.
  SendReverb(std::span<const float> left, std::span<const float> right);
  // A small bright room of 0.9 s, for when no model brings its own: exponentially decaying noise, the highs
  // dying first (J. A. Moorer, "About this reverberation business", 1979).
  static std::unique_ptr<SendReverb> room(double rate);

  // Audio thread. It hears its input from `frame` on; its partitions lie on the grid of the frame counter.
  void begin(uint64_t frame) noexcept;
  // Audio thread. Writes `frames` samples of both sides, the first of them number `frame`.
  void process(uint64_t frame, const float* in, float* left, float* right, uint32_t frames) noexcept;

 private:
  dsp::ConvolutionIr left_ir_, right_ir_;
  dsp::PartitionedConvolution left_, right_;
  uint64_t begin_ = 0;
};

}  // namespace continuo
