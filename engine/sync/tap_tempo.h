// Tempo by tapping.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace continuo::sync {

// One thread. The middle one of the last intervals, so one late tap moves nothing; two seconds of rest, or a
// tap at less than half or more than twice the pace, begin anew.
class TapTempo {
 public:
  // From the second tap on, the tempo: 30 to 300 quarter notes a minute.
  std::optional<double> tap(int64_t time_ns);
  void reset() { count_ = 0; }

 private:
  static constexpr int kTaps = 6;
  std::array<int64_t, kTaps> times_{};
  int count_ = 0;
};

}  // namespace continuo::sync
