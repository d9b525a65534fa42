// Choosing a class of logits.
#pragma once

#include <cstdint>
#include <span>

namespace continuo::musicrnn {

// SplitMix64: the same numbers everywhere. Plain data.
struct Chance {
  std::uint64_t state = 1;
  // 0..1, less than 1.
  double next() noexcept;
};

inline constexpr float kNever = -1e30f;  // a logit: this class must not come

// Any thread, no allocation. `logits` are scratch afterwards. Classes of kNever never come; -1 when all are.
// temperature 0: the likeliest. top_p: only the likeliest classes that have this share together, at least
// one.
int choose(std::span<float> logits, float temperature, float top_p, Chance& chance) noexcept;

}  // namespace continuo::musicrnn
