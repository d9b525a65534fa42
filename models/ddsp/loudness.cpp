#include "models/ddsp/loudness.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/dsp/fft.h"

namespace continuo::ddsp {
namespace {

constexpr double kWindow_s = 0.032, kFloor_db = -80;

}  // namespace

double a_weighting_db(double hz) {
  const double f2 = hz * hz;
  const double ra =
      12194.0 * 12194 * f2 * f2 /
      ((f2 + 20.6 * 20.6) * std::sqrt((f2 + 107.7 * 107.7) * (f2 + 737.9 * 737.9)) * (f2 + 12194.0 * 12194));
  return 20 * std::log10(std::max(ra, 1e-20)) + 2.0;
}

std::vector<float> loudness(std::span<const float> audio, int sample_rate, int hop) {
  int window = 64;
  while (window * 1.42 < kWindow_s * sample_rate) window *= 2;
  dsp::RealFft fft;
  fft.prepare(window);
  const auto size = static_cast<std::size_t>(window);
  std::vector<float> hann(size), frame(size);
  std::vector<double> weights(static_cast<std::size_t>(fft.bins()), 0.0);
  std::vector<std::complex<float>> spectrum(weights.size());
  for (std::size_t n = 0; n < size; ++n)
    hann[n] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / window));
  // The paper's frames hold 512 samples; so that levels agree whatever the rate, powers are brought to these.
  const double scale = std::pow(512.0 / window, 2) * window / 512.0;
  for (std::size_t k = 1; k < weights.size(); ++k) {
    const double hz = static_cast<double>(k) * sample_rate / window;
    weights[k] = scale * std::pow(10, a_weighting_db(hz) / 10) / static_cast<double>(weights.size());
  }
  std::vector<float> out(audio.size() / static_cast<std::size_t>(hop));
  for (std::size_t j = 0; j < out.size(); ++j) {
    const auto begin = static_cast<std::ptrdiff_t>(j) * hop - window / 2;
    for (std::size_t n = 0; n < size; ++n) {
      const auto at = begin + static_cast<std::ptrdiff_t>(n);
      const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(audio.size());
      frame[n] = inside ? hann[n] * audio[static_cast<std::size_t>(at)] : 0.f;
    }
    fft.forward(frame.data(), spectrum.data());
    double power = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) power += weights[k] * std::norm(spectrum[k]);
    out[j] = static_cast<float>(std::max(kFloor_db, 10 * std::log10(power + 1e-20)));
  }
  return out;
}

}  // namespace continuo::ddsp
