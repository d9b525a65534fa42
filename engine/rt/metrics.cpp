// Counts and times of the running engine.
#include "engine/rt/metrics.h"

#include <algorithm>
#include <cmath>

namespace continuo::rt {

namespace {
constexpr double kFirstNs = 100, kBinsPerOctave = 16;
}

void Histogram::add(int64_t ns) noexcept {
  const double octaves = ns <= kFirstNs ? 0 : std::log2(static_cast<double>(ns) / kFirstNs);
  const int bin = std::min(kBins - 1, static_cast<int>(octaves * kBinsPerOctave));
  bins_[static_cast<size_t>(bin)].fetch_add(1, std::memory_order_relaxed);
  if (ns > max_.load(std::memory_order_relaxed)) max_.store(ns, std::memory_order_relaxed);
}

uint64_t Histogram::count() const noexcept {
  uint64_t sum = 0;
  for (const auto& bin : bins_) sum += bin.load(std::memory_order_relaxed);
  return sum;
}

double Histogram::quantile_ns(double q) const noexcept {
  const uint64_t all = count();
  if (all == 0) return 0;
  const double rank = q * static_cast<double>(all);
  uint64_t sum = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    sum += bins_[static_cast<size_t>(bin)].load(std::memory_order_relaxed);
    if (static_cast<double>(sum) >= rank) {
      const double edge = kFirstNs * std::exp2((bin + 1) / kBinsPerOctave);
      return std::min(edge, static_cast<double>(max_ns()));
    }
  }
  return static_cast<double>(max_ns());
}

void Histogram::reset() noexcept {
  for (auto& bin : bins_) bin.store(0, std::memory_order_relaxed);
  max_.store(0, std::memory_order_relaxed);
}

}  // namespace continuo::rt
