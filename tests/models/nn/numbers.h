// Random numbers for the kernel tests: the same on every platform.
#pragma once
#include <cstdint>
#include <vector>

struct Numbers {
  std::uint32_t state = 1;
  float operator()() noexcept {  // -1..1
    state = state * 1664525u + 1013904223u;
    return float(state >> 8) * 0x1p-23f - 1.0f;
  }
  std::vector<float> list(int count, float range = 1) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& v : values) v = range * (*this)();
    return values;
  }
};
