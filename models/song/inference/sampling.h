// Drawing from logits: temperature, top-p, and random numbers that are the same everywhere.
#pragma once
#include <cstdint>
#include <span>

namespace continuo::song {

// Sebastiano Vigna's splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed = 1) noexcept : state_(seed) {}
  float uniform() noexcept {  // [0, 1)
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return static_cast<float>((z ^ (z >> 31)) >> 40) * 0x1p-24f;
  }

 private:
  std::uint64_t state_;
};

inline constexpr std::size_t kMostClasses = 128;

// Any thread, no allocation. Turns at most kMostClasses logits into probabilities at this temperature (0: all
// on the likeliest) and draws one of the fewest classes that together have `top_p` of it.
int draw(std::span<float> logits, float temperature, float top_p, Random& random) noexcept;

// For ordered classes: the mean place of what is near the class that was drawn, so that curves have no steps.
// `probabilities`: what draw() left.
float place_near(std::span<const float> probabilities, int drawn) noexcept;

}  // namespace continuo::song
