// Which instruction sets this machine has, for choosing a kernel at run time.
#pragma once

namespace continuo::dsp {

enum class SimdLevel { portable, avx2, avx512 };

// Any thread. The widest level that this CPU and operating system support and that this build contains.
SimdLevel best_simd_level() noexcept;

// Any thread. True if kernels of `level` can run here.
bool has_simd_level(SimdLevel level) noexcept;

const char* name(SimdLevel level) noexcept;

}  // namespace continuo::dsp
