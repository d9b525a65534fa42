#include "models/ddsp/spectral_loss.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "models/ddsp/clones.h"
#include "models/ddsp/lane_fft.h"

namespace continuo::ddsp {
namespace {

constexpr int kLanes = LaneFft::kLanes;
constexpr float kEpsilon = 1e-5f;
constexpr float kTiny = 1e-20f;  // keeps the gradient of a magnitude finite at 0

// Natural logarithm of a positive normal float, to 2e-7; plain arithmetic, so that loops over it vectorise.
// Polynomial: S. Moshier, Cephes logf.
inline float fast_log(float x) {
  const int bits = __builtin_bit_cast(int, x) - 0x3f3504f3;
  const int exponent = bits >> 23;
  const float m = __builtin_bit_cast(float, (bits & 0x007fffff) + 0x3f3504f3) - 1.f;
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const float e = static_cast<float>(exponent);
  return m + (p * m * z - 0.5f * z + e * -2.12194440e-4f) + e * 0.693359375f;
}

inline float sign_of(float v) {
  return v > 0.f ? 1.f : (v < 0.f ? -1.f : 0.f);
}

// One bin of sixteen frames. In: the packed spectrum at k and size - k. Adds to `linear` and `logarithmic`;
// leaves d total / d X (re, im) in gx.
CONTINUO_CLONES
void compare_bin(const float* __restrict re, const float* __restrict im, const float* __restrict mirror_re,
                 const float* __restrict mirror_im, const float* __restrict keep, float* __restrict linear,
                 float* __restrict logarithmic, float* __restrict gx_re, float* __restrict gx_im) {
  for (int l = 0; l < kLanes; ++l) {
    const float x_re = 0.5f * (re[l] + mirror_re[l]), x_im = 0.5f * (im[l] - mirror_im[l]);
    const float y_re = 0.5f * (im[l] + mirror_im[l]), y_im = 0.5f * (mirror_re[l] - re[l]);
    const float x = __builtin_sqrtf(x_re * x_re + x_im * x_im + kTiny);
    const float y = __builtin_sqrtf(y_re * y_re + y_im * y_im + kTiny);
    const float difference = x - y;
    const float ratio = fast_log(x + kEpsilon) - fast_log(y + kEpsilon);
    linear[l] += keep[l] * __builtin_fabsf(difference);
    logarithmic[l] += keep[l] * __builtin_fabsf(ratio);
    const float s = sign_of(difference);
    const float g = keep[l] * (s + s / (x + kEpsilon)) / x;
    gx_re[l] = g * x_re;
    gx_im[l] = g * x_im;
  }
}

struct Plan {
  LaneFft fft;
  std::vector<float> window;
};

const Plan& plan_of(int size) {
  static thread_local std::vector<std::unique_ptr<Plan>> plans;
  for (const auto& plan : plans) {
    if (plan->fft.size() == size) return *plan;
  }
  auto plan = std::make_unique<Plan>();
  plan->fft.prepare(size);
  plan->window.resize(static_cast<std::size_t>(size));
  for (int n = 0; n < size; ++n) {
    plan->window[static_cast<std::size_t>(n)] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / size));
  }
  plans.push_back(std::move(plan));
  return *plans.back();
}

}  // namespace

SpectralDistance spectral_distance(std::span<const float> x, std::span<const float> y, int size,
                                   std::span<float> gradient, float scale) {
  const Plan& plan = plan_of(size);
  const int length = static_cast<int>(std::min(x.size(), y.size()));
  const int step = size / 4;
  const int frames = (length + step - 1) / step;
  const int bins = size / 2 + 1;
  const float* window = plan.window.data();
  static thread_local std::vector<float> re, im, work_re, work_im, gx_re, gx_im;
  const auto cells = static_cast<std::size_t>(size * kLanes);
  for (auto* v : {&re, &im, &work_re, &work_im, &gx_re, &gx_im}) v->resize(cells);

  double linear = 0, logarithmic = 0;
  const float weight = scale / (static_cast<float>(frames) * static_cast<float>(bins));
  for (int first = 0; first < frames; first += kLanes) {
    alignas(64) float keep[kLanes];
    for (int l = 0; l < kLanes; ++l) {
      const int begin = (first + l) * step;
      keep[l] = first + l < frames ? 1.f : 0.f;
      const int inside = std::clamp(length - begin, 0, size);
      for (int n = 0; n < inside; ++n) {
        re[static_cast<std::size_t>(n * kLanes + l)] = window[n] * x[static_cast<std::size_t>(begin + n)];
        im[static_cast<std::size_t>(n * kLanes + l)] = window[n] * y[static_cast<std::size_t>(begin + n)];
      }
      for (int n = inside; n < size; ++n) {
        re[static_cast<std::size_t>(n * kLanes + l)] = 0;
        im[static_cast<std::size_t>(n * kLanes + l)] = 0;
      }
    }
    plan.fft.forward(re.data(), im.data(), work_re.data(), work_im.data());

    alignas(64) float sum_linear[kLanes] = {}, sum_log[kLanes] = {};
    for (int k = 0; k < bins; ++k) {
      const auto cell = static_cast<std::size_t>(k * kLanes);
      const auto mirror = static_cast<std::size_t>((size - k) % size * kLanes);
      compare_bin(&re[cell], &im[cell], &re[mirror], &im[mirror], keep, sum_linear, sum_log, &gx_re[cell],
                  &gx_im[cell]);
    }
    for (int l = 0; l < kLanes; ++l) {
      linear += sum_linear[l];
      logarithmic += sum_log[l];
    }
    if (gradient.empty()) continue;

    // d/dx[n] = w[n] * Re sum_k G_k e^{+2 pi i k n / size} over the one-sided bins.
    std::fill(gx_re.begin() + bins * kLanes, gx_re.end(), 0.f);
    std::fill(gx_im.begin() + bins * kLanes, gx_im.end(), 0.f);
    plan.fft.inverse(gx_re.data(), gx_im.data(), work_re.data(), work_im.data());
    for (int l = 0; l < kLanes && first + l < frames; ++l) {
      const int begin = (first + l) * step;
      const int inside = std::clamp(length - begin, 0, size);
      for (int n = 0; n < inside; ++n) {
        gradient[static_cast<std::size_t>(begin + n)] +=
            weight * window[n] * gx_re[static_cast<std::size_t>(n * kLanes + l)];
      }
    }
  }
  const double count = static_cast<double>(frames) * bins;
  return {linear / count, logarithmic / count};
}

double multi_scale_spectral_loss(std::span<const float> x, std::span<const float> y) {
  double sum = 0;
  for (const int size : kLossSizes) sum += spectral_distance(x, y, size).total();
  return sum;
}

}  // namespace continuo::ddsp
