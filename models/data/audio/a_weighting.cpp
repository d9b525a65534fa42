// A-weighting.
#include "models/data/audio/a_weighting.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace continuo::data {

namespace {

constexpr std::array<double, 4> kHighPass_hz = {20.598997, 20.598997, 107.65265, 737.86223};
constexpr double kLowPass_hz = 12194.217;
// Where the low-pass agrees with the analogue one: this share of the sample rate, or this frequency.
constexpr double kMatched = 0.36, kMatched_hz = 8000;

// The pole of a one-pole low-pass that has the squared magnitude 1 / (1 + (f/f0)^2) at f.
double one_pole(double f, double f0, double sample_rate) {
  const double wanted = 1 / (1 + f * f / f0 / f0);
  const double cosine = std::cos(2 * std::numbers::pi * f / sample_rate);
  // (1 - p)^2 = wanted (1 - 2 p cos + p^2)
  const double b = (1 - wanted * cosine) / (1 - wanted);
  return b - std::sqrt(b * b - 1);
}

}  // namespace

AWeighting::AWeighting(double sample_rate) {
  const double at_1k = 2 * std::numbers::pi * 1000 / sample_rate;
  const std::complex<double> z = std::polar(1.0, -at_1k);
  double magnitude = 1;
  for (std::size_t i = 0; i < high_.size(); ++i) {
    const double k = std::tan(std::numbers::pi * kHighPass_hz[i] / sample_rate);
    high_[i].gain = 1 / (1 + k);
    high_[i].a = (k - 1) / (k + 1);
    magnitude *= std::abs(high_[i].gain * (1.0 - z) / (1.0 + high_[i].a * z));
  }
  pole_ = one_pole(std::min(kMatched * sample_rate, kMatched_hz), kLowPass_hz, sample_rate);
  magnitude *= std::norm((1 - pole_) / (1.0 - pole_ * z));
  scale_ = 1 / magnitude;
}

void AWeighting::process(std::span<float> audio) noexcept {
  for (float& sample : audio) {
    double x = sample * scale_;
    for (HighPass& stage : high_) {
      const double y = stage.gain * (x - stage.x1) - stage.a * stage.y1;
      stage.x1 = x;
      stage.y1 = y;
      x = y;
    }
    low1_ = (1 - pole_) * x + pole_ * low1_;
    low2_ = (1 - pole_) * low1_ + pole_ * low2_;
    sample = static_cast<float>(low2_);
  }
}

}  // namespace continuo::data
