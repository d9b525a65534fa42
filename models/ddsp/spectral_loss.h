// Multi-scale spectral loss of DDSP, its value and its gradient, without LibTorch.
//
// For each FFT size (Hann, 75 % overlap, end padded with zeros): mean | |S_x| - |S_y| | plus
// mean | log(|S_x| + eps) - log(|S_y| + eps) |, summed over the sizes (J. Engel et al., "DDSP: Differentiable
// digital signal processing", ICLR 2020; magenta/ddsp losses.py and spectral_ops.py, with eps = 1e-5 inside
// the logarithm instead of its safe_log, which lets tiny bins dominate silence).
// One complex FFT carries both signals, so a step needs no cache of target spectra; sixteen frames go through
// the FFT side by side.
#pragma once

#include <array>
#include <span>

namespace continuo::ddsp {

inline constexpr std::array<int, 6> kLossSizes = {2048, 1024, 512, 256, 128, 64};

struct SpectralDistance {
  double linear = 0;       // mean absolute difference of magnitudes
  double logarithmic = 0;  // mean absolute difference of log magnitudes
  double total() const { return linear + logarithmic; }
};

// One size (a power of two, 4 or more). x and y have equal length. When `gradient` is not empty, adds
// scale * d total / d x to it.
SpectralDistance spectral_distance(std::span<const float> x, std::span<const float> y, int size,
                                   std::span<float> gradient = {}, float scale = 1.f);

// The sum over kLossSizes.
double multi_scale_spectral_loss(std::span<const float> x, std::span<const float> y);

}  // namespace continuo::ddsp
