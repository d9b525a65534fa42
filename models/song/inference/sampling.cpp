// Drawing from logits.
#include "models/song/inference/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace continuo::song {

int draw(std::span<float> logits, float temperature, float top_p, Random& random) noexcept {
  const std::size_t count = std::min(logits.size(), kMostClasses);
  const float u = random.uniform();  // always one number, so that settings do not shift what follows
  const auto likeliest = static_cast<int>(
      std::max_element(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(count)) - logits.begin());
  const float top = logits[static_cast<std::size_t>(likeliest)];
  const float sharpness = 1 / std::max(temperature, 0.01f);
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += logits[i] = std::exp((logits[i] - top) * sharpness);
  for (std::size_t i = 0; i < count; ++i) logits[i] /= sum;
  if (temperature <= 0.01f || !(sum > 0)) return likeliest;
  std::array<std::uint8_t, kMostClasses> order;
  for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint8_t>(i);
  std::sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
      [&](std::uint8_t a, std::uint8_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
  float kept = 0;
  std::size_t last = 0;
  while (last < count && (last == 0 || kept < top_p)) kept += logits[order[last++]];
  float left = u * kept;
  for (std::size_t i = 0; i < last; ++i) {
    left -= logits[order[i]];
    if (left < 0) return order[i];
  }
  return order[last - 1];
}

float place_near(std::span<const float> probabilities, int drawn) noexcept {
  float sum = 0, mean = 0;
  for (int i = std::max(0, drawn - 1); i <= std::min(drawn + 1, static_cast<int>(probabilities.size()) - 1);
       ++i) {
    const float p = probabilities[static_cast<std::size_t>(i)] + (i == drawn ? 1e-6f : 0);
    sum += p;
    mean += p * static_cast<float>(i);
  }
  return mean / sum;
}

}  // namespace continuo::song
