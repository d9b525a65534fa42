#include "models/musicrnn/inference/sampling.h"

#include <algorithm>
#include <cmath>

namespace continuo::musicrnn {

double Chance::next() noexcept {
  std::uint64_t x = state += 0x9e3779b97f4a7c15ull;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return static_cast<double>((x ^ x >> 31) >> 11) * 0x1p-53;
}

int choose(std::span<float> logits, float temperature, float top_p, Chance& chance) noexcept {
  const auto best = std::max_element(logits.begin(), logits.end());
  if (best == logits.end() || *best <= kNever) return -1;
  const auto likeliest = static_cast<int>(best - logits.begin());
  if (!(temperature > 0)) return likeliest;
  const float most = *best;
  double sum = 0;
  for (float& x : logits) {
    x = x <= kNever ? 0 : std::exp((x - most) / temperature);
    sum += static_cast<double>(x);
  }
  // What is less likely than `least` does not come: bisected, as there are few classes and nothing to sort.
  double kept = sum;
  float least = 0;
  if (top_p < 1) {
    float low = 0, high = 1;  // the likeliest has 1
    for (int round = 0; round < 24; ++round) {
      const float middle = 0.5f * (low + high);
      double above = 0;
      for (const float x : logits) above += x >= middle ? static_cast<double>(x) : 0;
      (above >= static_cast<double>(top_p) * sum ? low : high) = middle;
    }
    least = low;
    kept = 0;
    for (const float x : logits) kept += x >= least ? static_cast<double>(x) : 0;
  }
  double left = chance.next() * kept;
  int last = likeliest;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] <= 0 || logits[i] < least) continue;
    last = static_cast<int>(i);
    left -= static_cast<double>(logits[i]);
    if (left < 0) break;
  }
  return last;
}

}  // namespace continuo::musicrnn
