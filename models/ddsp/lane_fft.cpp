#include "models/ddsp/lane_fft.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "models/ddsp/clones.h"

namespace continuo::ddsp {
namespace {

// One butterfly over `count` contiguous cells, inputs `gap` cells apart, outputs `count` apart.
CONTINUO_CLONES
void butterfly4(const float* __restrict x_re, const float* __restrict x_im, float* __restrict y_re,
                float* __restrict y_im, int count, int gap, const float* w) {
  const float w1r = w[0], w1i = w[1], w2r = w[2], w2i = w[3], w3r = w[4], w3i = w[5];
  for (int q = 0; q < count; ++q) {
    const float ar = x_re[q], ai = x_im[q];
    const float br = x_re[q + gap], bi = x_im[q + gap];
    const float cr = x_re[q + 2 * gap], ci = x_im[q + 2 * gap];
    const float dr = x_re[q + 3 * gap], di = x_im[q + 3 * gap];
    const float apcr = ar + cr, apci = ai + ci, amcr = ar - cr, amci = ai - ci;
    const float bpdr = br + dr, bpdi = bi + di;
    const float jr = -(bi - di), ji = br - dr;  // j (b - d)
    y_re[q] = apcr + bpdr;
    y_im[q] = apci + bpdi;
    const float ur = amcr - jr, ui = amci - ji;
    y_re[q + count] = w1r * ur - w1i * ui;
    y_im[q + count] = w1r * ui + w1i * ur;
    const float vr = apcr - bpdr, vi = apci - bpdi;
    y_re[q + 2 * count] = w2r * vr - w2i * vi;
    y_im[q + 2 * count] = w2r * vi + w2i * vr;
    const float tr = amcr + jr, ti = amci + ji;
    y_re[q + 3 * count] = w3r * tr - w3i * ti;
    y_im[q + 3 * count] = w3r * ti + w3i * tr;
  }
}

CONTINUO_CLONES
void butterfly2(const float* __restrict x_re, const float* __restrict x_im, float* __restrict y_re,
                float* __restrict y_im, int count) {
  for (int q = 0; q < count; ++q) {
    const float ar = x_re[q], ai = x_im[q], br = x_re[q + count], bi = x_im[q + count];
    y_re[q] = ar + br;
    y_im[q] = ai + bi;
    y_re[q + count] = ar - br;
    y_im[q + count] = ai - bi;
  }
}

}  // namespace

void LaneFft::prepare(int size) {
  if (size < 4 || (size & (size - 1)) != 0) {
    throw std::invalid_argument("FFT: the size must be a power of two, 4 or more");
  }
  size_ = size;
  cosine_.resize(static_cast<std::size_t>(size));
  sine_.resize(cosine_.size());
  for (int n = 0; n < size; ++n) {
    const double angle = -2 * std::numbers::pi * n / size;
    cosine_[static_cast<std::size_t>(n)] = static_cast<float>(std::cos(angle));
    sine_[static_cast<std::size_t>(n)] = static_cast<float>(std::sin(angle));
  }
}

void LaneFft::forward(float* re, float* im, float* work_re, float* work_im) const {
  float *from_re = re, *from_im = im, *to_re = work_re, *to_im = work_im;
  int n = size_, stride = 1;
  while (n > 1) {
    const int count = stride * kLanes;
    if (n == 2) {
      butterfly2(from_re, from_im, to_re, to_im, count);
      n = 1;
    } else {
      const int quarter = n / 4;
      for (int p = 0; p < quarter; ++p) {
        float w[6];
        for (int i = 1; i <= 3; ++i) {
          const auto turn = static_cast<std::size_t>(i * p * stride);
          w[2 * i - 2] = cosine_[turn];
          w[2 * i - 1] = sine_[turn];
        }
        butterfly4(from_re + p * count, from_im + p * count, to_re + 4 * p * count, to_im + 4 * p * count,
                   count, quarter * count, w);
      }
      n = quarter;
      stride *= 4;
    }
    std::swap(from_re, to_re);
    std::swap(from_im, to_im);
  }
  if (from_re != re) {
    std::copy_n(from_re, size_ * kLanes, re);
    std::copy_n(from_im, size_ * kLanes, im);
  }
}

}  // namespace continuo::ddsp
