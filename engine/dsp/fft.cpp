#include "engine/dsp/fft.h"

#include <kissfft/kiss_fftr.h>

#include <new>
#include <stdexcept>
#include <string>

namespace continuo::dsp {

namespace {

// kissfft allocates in the transform for any other factor.
bool allocation_free(int size) {
  for (int factor : {2, 3, 5}) {
    while (size % factor == 0) size /= factor;
  }
  return size == 1;
}

}  // namespace

void RealFft::Free::operator()(void* plan) const noexcept {
  kiss_fftr_free(plan);
}

void RealFft::prepare(int size) {
  if (size < 4 || size % 2 != 0 || !allocation_free(size)) {
    throw std::invalid_argument("FFT: size " + std::to_string(size) +
                                " is not an even product of 2, 3 and 5, at least 4");
  }
  forward_.reset(kiss_fftr_alloc(size, 0, nullptr, nullptr));
  inverse_.reset(kiss_fftr_alloc(size, 1, nullptr, nullptr));
  if (!forward_ || !inverse_) throw std::bad_alloc();
  size_ = size;
}

void RealFft::forward(const float* in, std::complex<float>* out) noexcept {
  kiss_fftr(static_cast<kiss_fftr_cfg>(forward_.get()), in, reinterpret_cast<kiss_fft_cpx*>(out));
}

void RealFft::inverse(const std::complex<float>* in, float* out) noexcept {
  kiss_fftri(static_cast<kiss_fftr_cfg>(inverse_.get()), reinterpret_cast<const kiss_fft_cpx*>(in), out);
}

}  // namespace continuo::dsp
