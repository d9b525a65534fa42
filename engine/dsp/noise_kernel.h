// What FilteredNoise and its filter design hand to their kernels.
#pragma once

#include <cstdint>

namespace continuo::dsp {

// The zeros that must surround taps handed to ScatterKernel.
constexpr int kTapPadding = 16;

// out[i] = level * u(counter + i), u uniform in [-1, 1) and a pure function of key and counter; writes
// `frames` rounded up to 16.
using WhiteKernel = void (*)(std::uint64_t key, std::uint32_t counter, float level, int frames, float* out);

// sum[i + k] += in[i] * taps[k] for i < frames, k < count, added in the order of i. `taps` lies among
// kTapPadding zeros on either side, count is a multiple of 16, and sum has room for frames + count + 16.
using ScatterKernel = void (*)(const float* in, int frames, const float* taps, int count, float* sum);

// out[n] = sum over b of weight[b] * columns[b * rows + n]; rows is a multiple of 16.
using WeighKernel = void (*)(const float* columns, const float* weight, int columns_count, int rows,
                             float* out);

}  // namespace continuo::dsp
