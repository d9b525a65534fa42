#include "engine/dsp/convolution_ir.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <stdexcept>

#include "engine/dsp/fft.h"
#include "engine/dsp/noise_kernel.h"

namespace continuo::dsp {

namespace {

int parts(std::size_t taps, int size) {
  return static_cast<int>((taps + static_cast<std::size_t>(size) - 1) / static_cast<std::size_t>(size));
}

// Spectra of `taps`, cut into parts of `size` and padded to twice that; scaled for an unscaled inverse FFT.
std::vector<float> transformed(std::span<const float> taps, int size, int bins) {
  RealFft fft;
  fft.prepare(2 * size);
  const int count = parts(taps.size(), size);
  std::vector<float> spectra(static_cast<std::size_t>(count) * 2 * static_cast<std::size_t>(bins));
  std::vector<float> padded(static_cast<std::size_t>(2 * size));
  std::vector<std::complex<float>> spectrum(static_cast<std::size_t>(fft.bins()));
  for (int i = 0; i < count; ++i) {
    const auto part = taps.subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(size));
    std::fill(padded.begin(), padded.end(), 0.f);
    std::copy_n(part.begin(), std::min(part.size(), static_cast<std::size_t>(size)), padded.begin());
    fft.forward(padded.data(), spectrum.data());
    float* to = spectra.data() + static_cast<std::ptrdiff_t>(i) * 2 * bins;
    const float scale = 0.5f / static_cast<float>(size);
    for (int bin = 0; bin < fft.bins(); ++bin) {
      to[bin] = scale * spectrum[static_cast<std::size_t>(bin)].real();
      to[bins + bin] = scale * spectrum[static_cast<std::size_t>(bin)].imag();
    }
  }
  return spectra;
}

}  // namespace

ConvolutionIr::ConvolutionIr(std::span<const float> taps) : length_(taps.size()) {
  if (!std::all_of(taps.begin(), taps.end(), [](float x) { return std::isfinite(x); })) {
    throw std::invalid_argument("impulse response: holds a sample that is not finite");
  }
  head_.assign(kSmall + 2 * kTapPadding, 0.f);
  std::copy_n(taps.begin(), std::min<std::size_t>(taps.size(), kSmall), head_.begin() + kTapPadding);
  if (taps.size() > kSmall) {
    const auto small = taps.subspan(kSmall, std::min<std::size_t>(taps.size(), kLargeStart) - kSmall);
    small_ = transformed(small, kSmall, kSmallBins);
    small_parts_ = parts(small.size(), kSmall);
  }
  if (taps.size() > kLargeStart) {
    large_ = transformed(taps.subspan(kLargeStart), kLarge, kLargeBins);
    large_parts_ = parts(taps.size() - kLargeStart, kLarge);
  }
}

}  // namespace continuo::dsp
