// White noise, FIR filtering in scatter form, and the weighted sum that designs a filter.
#include "engine/dsp/noise_kernel.h"

#include "engine/dsp/simd.h"

namespace continuo::dsp::CONTINUO_SIMD {

namespace {

// Inputs taken together: sums are loaded and stored once for so many.
constexpr int kGroup = 8;

template <int kInputs>
inline void scatter_group(const float* in, const float* taps, int count, float* sum) {
  Floats x[kInputs];
  for (int j = 0; j < kInputs; ++j) x[j] = broadcast(in[j]);
  for (int at = 0; at < count + kInputs - 1; at += kWidth) {
    Floats total = load(sum + at);
    for (int j = 0; j < kInputs; ++j) total = multiply_add(x[j], load(taps + at - j), total);
    store(sum + at, total);
  }
}

}  // namespace

// A counter hashed twice (lowbias32, C. Wellons) with the key's halves put in before each round: no state
// that a cut could disturb.
void white(std::uint64_t key, std::uint32_t counter, float level, int frames, float* out) {
  static constexpr std::uint32_t kCount[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Words lanes = load(kCount);
  const float scale = level * 0x1p-31f;
  for (int at = 0; at < frames; at += kWidth) {
    Words x = lanes + (counter + static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(key));
    for (int round = 0; round < 2; ++round) {
      x ^= x >> 16;
      x *= 0x21f0aaadu;
      x ^= x >> 15;
      x *= 0xd35a2d97u;
      x ^= x >> 15;
      if (round == 0) x ^= static_cast<std::uint32_t>(key >> 32);
    }
    store(out + at, __builtin_convertvector(reinterpret_cast<Ints>(x), Floats) * scale);
  }
}

void scatter(const float* in, int frames, const float* taps, int count, float* sum) {
  int i = 0;
  for (; i + kGroup <= frames; i += kGroup) scatter_group<kGroup>(in + i, taps, count, sum + i);
  for (; i < frames; ++i) scatter_group<1>(in + i, taps, count, sum + i);
}

void weigh(const float* columns, const float* weight, int columns_count, int rows, float* out) {
  constexpr int kTogether = 64 / kWidth < 4 ? 64 / kWidth : 4;
  int at = 0;
  for (; at + kTogether * kWidth <= rows; at += kTogether * kWidth) {
    Floats total[kTogether]{};
    for (int b = 0; b < columns_count; ++b) {
      const float* column = columns + static_cast<std::int64_t>(b) * rows + at;
      for (int v = 0; v < kTogether; ++v) {
        total[v] = multiply_add(broadcast(weight[b]), load(column + v * kWidth), total[v]);
      }
    }
    for (int v = 0; v < kTogether; ++v) store(out + at + v * kWidth, total[v]);
  }
  for (; at < rows; at += kWidth) {
    Floats total{};
    for (int b = 0; b < columns_count; ++b) {
      total =
          multiply_add(broadcast(weight[b]), load(columns + static_cast<std::int64_t>(b) * rows + at), total);
    }
    store(out + at, total);
  }
}

}  // namespace continuo::dsp::CONTINUO_SIMD
