// The spectral loss against a transform written out by hand, and its gradient against finite differences.
#include "models/ddsp/spectral_loss.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

#include "models/ddsp/lane_fft.h"

namespace {

using namespace continuo::ddsp;

std::vector<float> noise(std::size_t samples, unsigned seed, float gain = 0.3f) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, gain);
  std::vector<float> out(samples);
  for (float& v : out) v = normal(random);
  return out;
}

// |STFT| in double, straight from the definition: periodic Hann, hop size / 4, end padded.
std::vector<double> magnitudes(const std::vector<float>& x, int size) {
  std::vector<double> out;
  for (int begin = 0; begin < static_cast<int>(x.size()); begin += size / 4) {
    for (int k = 0; k <= size / 2; ++k) {
      std::complex<double> sum = 0;
      for (int n = 0; n < size && begin + n < static_cast<int>(x.size()); ++n) {
        const double w = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / size);
        sum += w * x[static_cast<std::size_t>(begin + n)] *
               std::polar(1.0, -2 * std::numbers::pi * k * n / size);
      }
      out.push_back(std::abs(sum));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the lane FFT equals the discrete Fourier transform, each lane its own") {
  for (const int size : {4, 8, 64, 128}) {
    LaneFft fft;
    fft.prepare(size);
    const auto cells = static_cast<std::size_t>(size * LaneFft::kLanes);
    auto re = noise(cells, 1), im = noise(cells, 2);
    const auto x_re = re, x_im = im;
    std::vector<float> work_re(cells), work_im(cells);
    fft.forward(re.data(), im.data(), work_re.data(), work_im.data());
    for (int lane = 0; lane < LaneFft::kLanes; lane += 5) {
      for (int k = 0; k < size; ++k) {
        std::complex<double> sum = 0;
        for (int n = 0; n < size; ++n) {
          const auto at = static_cast<std::size_t>(n * LaneFft::kLanes + lane);
          sum += std::complex<double>(x_re[at], x_im[at]) *
                 std::polar(1.0, -2 * std::numbers::pi * k * n / size);
        }
        const auto at = static_cast<std::size_t>(k * LaneFft::kLanes + lane);
        REQUIRE(re[at] == Approx(sum.real()).margin(2e-5));
        REQUIRE(im[at] == Approx(sum.imag()).margin(2e-5));
      }
    }
    fft.inverse(re.data(), im.data(), work_re.data(), work_im.data());
    REQUIRE(re[7] / static_cast<float>(size) == Approx(x_re[7]).margin(1e-5));
    REQUIRE(im[7] / static_cast<float>(size) == Approx(x_im[7]).margin(1e-5));
  }
}

TEST_CASE("the loss equals its definition") {
  const auto x = noise(700, 3), y = noise(700, 4, 0.05f);
  for (const int size : {64, 256}) {
    const auto a = magnitudes(x, size), b = magnitudes(y, size);
    double linear = 0, logarithmic = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      linear += std::fabs(a[i] - b[i]);
      logarithmic += std::fabs(std::log(a[i] + 1e-5) - std::log(b[i] + 1e-5));
    }
    const SpectralDistance d = spectral_distance(x, y, size);
    CHECK(d.linear == Approx(linear / static_cast<double>(a.size())).epsilon(1e-4));
    CHECK(d.logarithmic == Approx(logarithmic / static_cast<double>(a.size())).epsilon(1e-4));
  }
}

TEST_CASE("a silent crop against itself costs nothing, against a tone it costs by hand") {
  const std::vector<float> silence(512, 0.f);
  CHECK(multi_scale_spectral_loss(silence, silence) == 0.0);
  // A constant c under a Hann window of size 64 has |S_0| = 32 c in the frames that lie wholly inside.
  std::vector<float> constant(64, 0.5f);
  const auto m = magnitudes(constant, 64);
  CHECK(m[0] == Approx(16).epsilon(1e-6));
}

TEST_CASE("the gradient of the loss is that of finite differences") {
  auto x = noise(600, 5);
  const auto y = noise(600, 6);
  for (const int size : {64, 128, 512}) {
    std::vector<float> gradient(x.size(), 0.f);
    spectral_distance(x, y, size, gradient, 1.f);
    double worst = 0, largest = 0;
    for (std::size_t n = 0; n < x.size(); n += 37) {
      const float kept = x[n];
      const float h = 1e-3f;
      x[n] = kept + h;
      const double up = spectral_distance(x, y, size).total();
      x[n] = kept - h;
      const double down = spectral_distance(x, y, size).total();
      x[n] = kept;
      worst = std::max(worst, std::fabs((up - down) / (2 * h) - gradient[n]));
      largest = std::max(largest, std::fabs(static_cast<double>(gradient[n])));
    }
    INFO("size " << size << " largest " << largest);
    CHECK(worst < 0.02 * largest);  // the loss has kinks, so not to rounding
  }
}
