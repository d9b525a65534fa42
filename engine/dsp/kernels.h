// The table of vector kernels, one an instruction set.
#pragma once

#include "engine/dsp/cpu.h"
#include "engine/dsp/harmonic_kernel.h"
#include "engine/dsp/noise_kernel.h"
#include "engine/dsp/spectrum_kernel.h"

namespace continuo::dsp {

struct Kernels {
  HarmonicKernel harmonics;
  WhiteKernel white;
  ScatterKernel scatter;
  WeighKernel weigh;
  ComplexMacKernel complex_mac;
};

// Any thread. The kernels of `level`, or the portable ones where this machine or build lacks it.
const Kernels& kernels(SimdLevel level = best_simd_level()) noexcept;

}  // namespace continuo::dsp
