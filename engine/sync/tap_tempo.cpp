#include "engine/sync/tap_tempo.h"

#include <algorithm>

namespace continuo::sync {
namespace {

constexpr int64_t kRest_ns = 2'000'000'000;
constexpr double kSlowest = 30, kFastest = 300;

}  // namespace

std::optional<double> TapTempo::tap(int64_t time_ns) {
  const auto last = [&](int back) { return times_[static_cast<size_t>(count_ - 1 - back)]; };
  if (count_ > 0) {
    const int64_t since = time_ns - last(0);
    const int64_t before = count_ > 1 ? last(0) - last(1) : since;
    if (since > kRest_ns || since <= 0 || since > 2 * before || 2 * since < before) {
      // The tap before may be the first of the new pace.
      if (since > kRest_ns || since <= 0) {
        count_ = 0;
      } else {
        times_[0] = last(0);
        count_ = 1;
      }
    }
  }
  if (count_ == kTaps) {
    std::copy(times_.begin() + 1, times_.end(), times_.begin());
    --count_;
  }
  times_[static_cast<size_t>(count_++)] = time_ns;
  if (count_ < 2) return std::nullopt;
  std::array<int64_t, kTaps - 1> intervals{};
  const int intervals_count = count_ - 1;
  for (int i = 0; i < intervals_count; ++i)
    intervals[static_cast<size_t>(i)] = times_[static_cast<size_t>(i + 1)] - times_[static_cast<size_t>(i)];
  std::sort(intervals.begin(), intervals.begin() + intervals_count);
  const int middle = intervals_count / 2;
  const double interval = intervals_count % 2 == 1
                              ? static_cast<double>(intervals[static_cast<size_t>(middle)])
                              : 0.5 * static_cast<double>(intervals[static_cast<size_t>(middle)] +
                                                          intervals[static_cast<size_t>(middle - 1)]);
  return std::clamp(60e9 / interval, kSlowest, kFastest);
}

}  // namespace continuo::sync
