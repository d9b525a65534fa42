// Convolution with a long impulse response: no latency, even work, and a new response without a click.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/dsp/convolution_ir.h"
#include "engine/dsp/cpu.h"
#include "engine/dsp/fft.h"

namespace continuo::dsp {

struct Kernels;

// One channel. Non-uniform partitions (Gardner 1995) on a fixed grid of samples (see align()): all FFT work
// happens at the same samples however a stretch is cut, so the output is the same bit for bit. The large
// partitions' products are spread over the 14 steps between their two transforms. Zero input costs next to
// nothing.
class PartitionedConvolution {
 public:
  // Control thread. Allocates for responses of up to max_taps (longer ones are cut short).
  void prepare(int max_taps, SimdLevel level = best_simd_level());
  // Audio thread. Forgets the input; a response that was waiting is in force at once.
  void reset() noexcept;
  // Audio thread. Right after reset(): the next sample is number `frame` of the grid, not 0, so that two
  // convolutions of one clock work at the same samples whenever each began.
  void align(uint64_t frame) noexcept;
  // Audio thread. The response from now on (nullptr: silence); `ir` must live until take_retired() returns
  // it. It fades in over 1024 samples after at most 2048. False, and nothing happens, while an earlier change
  // is on its way or what it retired has not been taken. Before reset() it costs no wait.
  bool set_ir(const ConvolutionIr* ir) noexcept;
  // Audio thread. A response that is no longer in use, once; nullptr if there is none.
  const ConvolutionIr* take_retired() noexcept;
  // Audio thread. Same length; `out` may be `in`. Input that is not finite counts as 0. Tap 0 sounds at its
  // own sample.
  void process(std::span<const float> in, std::span<float> out) noexcept;

 private:
  static constexpr int kSmall = ConvolutionIr::kSmall, kLarge = ConvolutionIr::kLarge;
  static constexpr int kSteps = kLarge / kSmall;

  enum class Change { none, waiting, warming, fading };

  // A ring of input spectra, newest at `newest`; those of silence are marked.
  struct History {
    int bins = 0, count = 0, newest = 0;
    std::vector<float> spectra;
    std::vector<unsigned char> sounding;
    void prepare(int bins_, int count_);
    void clear() noexcept;
    float* advance(bool is_sounding) noexcept;
    [[nodiscard]] const float* past(int age) const noexcept;  // nullptr if silent
  };
  // What one response has in the making.
  struct Lane {
    const ConvolutionIr* ir = nullptr;
    std::vector<float> head;                   // [kSmall + kSmall + 16], sums to come
    std::vector<float> small_out;              // [kSmall], sounding now
    std::vector<float> large_out, large_next;  // [kLarge], sounding now, and next
    std::vector<float> large_sum;              // split spectrum
    bool large_any = false;                    // something was added to it
    void prepare();
    void clear() noexcept;
  };

  void step() noexcept;
  void small_step() noexcept;
  void large_step() noexcept;
  void advance_change() noexcept;
  void lane_output(Lane& lane, const float* in, int frames, float* out) noexcept;
  void transform(RealFft& fft, const float* window, int bins, float* spectrum) noexcept;
  void back(RealFft& fft, const float* spectrum, int bins, float* out) noexcept;

  const Kernels* kernels_ = nullptr;
  int max_large_parts_ = 0;
  RealFft small_fft_, large_fft_;
  std::vector<float> small_window_, large_window_;  // the last two blocks of input
  History small_history_, large_history_;
  std::array<Lane, 2> lanes_;
  int active_ = 0;  // lane in force; the other is free, or coming in
  Change change_ = Change::none;
  const ConvolutionIr* waiting_ = nullptr;
  const ConvolutionIr* retired_ = nullptr;
  int at_ = 0;    // samples into the small block
  int step_ = 0;  // small blocks into the large block
  std::vector<std::complex<float>> spectrum_;
  std::vector<float> small_sum_, time_;
};

}  // namespace continuo::dsp
