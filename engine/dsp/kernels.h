// The table of vector kernels, one column an instruction set.
#pragma once

#include "engine/dsp/cpu.h"
#include "engine/dsp/harmonic_kernel.h"

namespace continuo::dsp {

struct Kernels {
  HarmonicKernel harmonics;
};

// Any thread. The kernels of `level`, or the portable ones where this machine or build lacks it.
const Kernels& kernels(SimdLevel level = best_simd_level()) noexcept;

}  // namespace continuo::dsp
