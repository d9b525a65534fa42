// Look-ahead limiter: nothing above the ceiling comes out, and what stays below it passes bit for bit, only
// later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace continuo::dsp {

struct LimiterSpec {
  double sample_rate = 48000;
  int channels = 2;
  int lookahead_frames = 0;  // 0: 1.5 ms. The latency.
  float ceiling_db = -1.f;   // dBFS of sample peaks
  double release_s = 0.08;   // time constant of the gain's return
};

// One gain for all channels. The gain that each peak asks for is held over the look-ahead, recovers
// exponentially, and is smoothed by two moving averages that together span the look-ahead, so it is down in
// full when the peak comes out and has no corner that clicks. It is an integer: the averages are exact, do
// not drift, and return to exactly 1.
class LookaheadLimiter {
 public:
  // Control thread. Allocates. Throws std::invalid_argument on a spec out of range.
  void prepare(const LimiterSpec& spec);
  void reset() noexcept;
  // Audio thread. In place; one pointer a channel, `frames` samples each. NaN and infinities count as 0.
  void process(float* const* channels, int frames) noexcept;

  [[nodiscard]] int latency_frames() const noexcept { return lookahead_; }
  [[nodiscard]] float ceiling() const noexcept { return ceiling_; }
  // The deepest gain since the last call, in dB, 0 or less.
  float take_gain_reduction_db() noexcept;

 private:
  // A moving average of `length` integers, as a running sum.
  struct Average {
    std::vector<std::int64_t> history;
    std::size_t at = 0;
    std::int64_t sum = 0;
    void fill(std::int64_t value) noexcept;
    std::int64_t next(std::int64_t value) noexcept;
  };

  std::int64_t held_minimum(std::int64_t gain) noexcept;

  int channels_ = 0, lookahead_ = 0;
  float ceiling_ = 1;
  double release_ = 0;        // share of the way back a sample
  std::vector<float> delay_;  // [lookahead, channels]
  int delay_at_ = 0;
  // Sliding minimum over lookahead + 1 gains: a ring of those that no later, smaller gain has made
  // irrelevant.
  struct Candidate {
    std::int64_t gain;
    std::uint64_t frame;
  };
  std::vector<Candidate> candidates_;
  std::size_t first_ = 0, count_ = 0;
  std::uint64_t frame_ = 0;
  std::int64_t recovering_ = 0;
  Average long_average_, short_average_;
  std::int64_t deepest_ = 0;
};

}  // namespace continuo::dsp
