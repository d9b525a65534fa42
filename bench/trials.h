// How kernels and limits are measured: alternately, and by the best of many short trials, since whatever else
// the machine does can only make a trial slower.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "bench/machine_limits.h"
#include "models/nn/floats.h"

namespace continuo::bench {

inline constexpr int kTrials = 250;
inline constexpr double kTrialSeconds = 3e-4;  // well below a time slice of the scheduler
inline constexpr std::int64_t kLimitWeights =
    2 * 3 * 512 * 512;  // those of a GRU of 512, 6.3 MB: beyond most second-level caches

inline volatile float sink;

inline nn::Floats numbers(std::size_t count, float range) {
  nn::Floats values(count);
  std::uint32_t state = 1;
  for (float& v : values) {
    state = state * 1664525u + 1013904223u;
    v = range * (float(state >> 8) * 0x1p-23f - 1.0f);
  }
  return values;
}

// Seconds a call: the shortest of the trials that tick() makes.
class Best {
 public:
  template <class Call>
  void tick(const Call& call) {
    using clock = std::chrono::steady_clock;
    call();  // brings back what another process took from the caches
    const auto start = clock::now();
    double seconds = 0;
    int calls = 0;
    do {
      call();
      ++calls;
      seconds = std::chrono::duration<double>(clock::now() - start).count();
    } while (seconds < kTrialSeconds);
    best_ = std::min(best_, seconds / calls);
  }
  double seconds() const { return best_; }

 private:
  double best_ = 1e9;
};

class GemvLimit {
 public:
  void tick() {
    for (const int streams : {1, 2, 4, 8})
      best_.tick([&] { sink = limit_loops().gemv(weights_.data(), kLimitWeights, streams); });
  }
  double gflops() const { return 2e-9 * double(kLimitWeights) / best_.seconds(); }

 private:
  nn::Floats weights_ = numbers(kLimitWeights, 0.05f);
  Best best_;
};

class GemmLimit {
 public:
  void tick() {
    best_.tick([&] { sink = limit_loops().gemm(weights_.data(), kLimitWeights); });
  }
  double gflops() const { return 64e-9 * double(kLimitWeights) / best_.seconds(); }

 private:
  nn::Floats weights_ = numbers(kLimitWeights, 0.05f);
  Best best_;
};

}  // namespace continuo::bench
