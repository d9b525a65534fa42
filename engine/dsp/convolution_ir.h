// An impulse response, transformed once for PartitionedConvolution.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace continuo::dsp {

// Immutable; any number of convolutions may share one. Made off stage: the constructor allocates and
// transforms.
//
//   taps 0..63       direct                     no latency
//   taps 64..2047    partitions of 64           at work every 64 samples
//   taps 2048..      partitions of 1024         at work over the 1024 samples that pass before they sound
class ConvolutionIr {
 public:
  static constexpr int kSmall = 64, kLarge = 1024;
  static constexpr int kLargeStart = 2 * kLarge;
  static constexpr int kSmallParts = kLargeStart / kSmall - 1;
  // Bins of a spectrum, padded to vectors; spectra are split: real parts, then imaginary parts.
  static constexpr int kSmallBins = 80, kLargeBins = 1040;

  // Control or disk thread. Throws std::invalid_argument if taps are not finite.
  explicit ConvolutionIr(std::span<const float> taps);

  [[nodiscard]] std::size_t length() const noexcept { return length_; }
  // kSmall taps among kTapPadding zeros.
  [[nodiscard]] const float* head() const noexcept { return head_.data() + 16; }
  [[nodiscard]] int small_parts() const noexcept { return small_parts_; }
  [[nodiscard]] const float* small_part(int i) const noexcept {
    return small_.data() + static_cast<std::ptrdiff_t>(i) * 2 * kSmallBins;
  }
  [[nodiscard]] int large_parts() const noexcept { return large_parts_; }
  [[nodiscard]] const float* large_part(int i) const noexcept {
    return large_.data() + static_cast<std::ptrdiff_t>(i) * 2 * kLargeBins;
  }

 private:
  std::size_t length_;
  int small_parts_ = 0, large_parts_ = 0;
  std::vector<float> head_, small_, large_;
};

}  // namespace continuo::dsp
