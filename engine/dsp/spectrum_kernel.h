// What PartitionedConvolution hands to its kernel.
#pragma once

namespace continuo::dsp {

// sum += a * b, bin by bin. Spectra are split: `bins` real parts, then `bins` imaginary parts; bins is a
// multiple of 16.
using ComplexMacKernel = void (*)(const float* a, const float* b, int bins, float* sum);

}  // namespace continuo::dsp
