// The noise under a recording, mains hum, and where its spectrum ends.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/dsp/fft.h"
#include "models/data/audio/cleanness_parts.h"

namespace continuo::data {
namespace {

// Power spectra of Hann windows, half overlapped; scaled so that noise of power P reads P / bins() in each
// bin.
class Spectra {
 public:
  Spectra(std::span<const float> audio, double sample_rate, double window_s) {
    int size = 256;
    while (size < window_s * sample_rate) size *= 2;
    hz_per_bin_ = sample_rate / size;
    dsp::RealFft fft;
    fft.prepare(size);
    const auto n = static_cast<std::size_t>(size);
    bins_ = static_cast<std::size_t>(fft.bins());
    std::vector<float> window(n), in(n);
    std::vector<std::complex<float>> out(bins_);
    double energy = 0;
    for (std::size_t i = 0; i < n; ++i) {
      window[i] =
          static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / size));
      energy += window[i] * window[i];
    }
    const auto scale = static_cast<float>(2 / (energy * size));
    for (std::size_t begin = 0; begin + n <= audio.size() || begin == 0; begin += n / 2) {
      for (std::size_t i = 0; i < n; ++i)
        in[i] = begin + i < audio.size() ? window[i] * audio[begin + i] : 0.f;
      fft.forward(in.data(), out.data());
      for (const auto& x : out) power_.push_back(scale * std::norm(x));
    }
  }
  std::size_t bins() const { return bins_; }
  std::size_t frames() const { return power_.size() / bins_; }
  double hz_per_bin() const { return hz_per_bin_; }
  std::size_t bin(double hz) const {
    return std::min(bins_ - 1, static_cast<std::size_t>(std::lround(hz / hz_per_bin_)));
  }
  double power(std::size_t frame, std::size_t bin) const { return power_[frame * bins_ + bin]; }

 private:
  double hz_per_bin_ = 0;
  std::size_t bins_ = 0;
  std::vector<float> power_;  // [frames][bins]
};

// Mean power of the noise in a band of bins, from its quietest cells: tones and notes fill the others. The
// power of a noise's cell is exponentially distributed: a tenth of the cells lie under 0.105 times its mean.
double quiet_power(const Spectra& spectra, std::size_t begin, std::size_t end) {
  constexpr std::size_t kEnough = 4000;
  const std::size_t stride = 1 + spectra.frames() * (end - begin) / kEnough;
  std::vector<double> cells;
  std::size_t until = 0;
  for (std::size_t j = 0; j < spectra.frames(); ++j) {
    for (std::size_t b = begin; b < end; ++b) {
      if (until-- > 0) continue;
      cells.push_back(spectra.power(j, b));
      until = stride - 1;
    }
  }
  return percentile(cells, 0.1).value_or(0) / 0.105;
}

}  // namespace

std::optional<double> noise_floor(std::span<const float> audio, double sample_rate) {
  const Spectra spectra(audio, sample_rate, 0.08);
  double sum = 0;
  for (std::size_t begin = spectra.bin(40); begin < spectra.bins();) {
    const std::size_t end = std::min(spectra.bins(), std::max(begin + 8, begin + begin / 4));
    sum += quiet_power(spectra, begin, end) * static_cast<double>(end - begin);
    begin = end;
  }
  return 10 * std::log10(std::max(sum, 1e-12));
}

std::optional<double> mains_hum(std::span<const float> audio, double sample_rate) {
  constexpr int kMultiples = 6, kLeast = 3;
  constexpr double kStandsOut = 10;  // power over the neighbours'
  if (static_cast<double>(audio.size()) < 2 * sample_rate) return {};
  // Thinned out to some 2 kHz by running means: hum is low, and a second of it one short transform.
  const auto thin = static_cast<std::size_t>(sample_rate / 2000);
  std::vector<float> low;
  for (std::size_t begin = 0; begin + thin <= audio.size(); begin += thin) {
    float sum = 0;
    for (std::size_t i = 0; i < thin; ++i) sum += audio[begin + i];
    low.push_back(sum / static_cast<float>(thin));
  }
  const Spectra spectra(low, sample_rate / static_cast<double>(thin), 0.6);
  // A voice comes and goes, hum stays: what each bin never falls under.
  std::vector<double> stays(spectra.bin(400)), cells;
  for (std::size_t b = 0; b < stays.size(); ++b) {
    cells.clear();
    for (std::size_t j = 0; j < spectra.frames(); ++j) cells.push_back(spectra.power(j, b));
    stays[b] = *percentile(cells, 0.1) + 1e-18;
  }
  std::optional<double> found;
  double most = 0;
  for (const double mains : {50.0, 60.0}) {
    int lines = 0;
    double power = 0;
    for (int m = 1; m <= kMultiples; ++m) {
      const std::size_t at = spectra.bin(m * mains), near = spectra.bin(6), far = spectra.bin(16);
      cells.clear();
      for (std::size_t d = near; d <= far; ++d) {
        cells.push_back(stays[at - d]);
        cells.push_back(stays[at + d]);
      }
      const double line = std::max({stays[at - 1], stays[at], stays[at + 1]});
      if (line < kStandsOut * *percentile(cells, 0.5)) continue;
      ++lines;
      power += line;
    }
    if (lines >= kLeast && power > most) found = mains, most = power;
  }
  return found;
}

std::optional<double> bandwidth(std::span<const float> audio, double sample_rate) {
  constexpr double kEdge = 18, kFloor = 8;  // dB
  constexpr double kLowest = -110;          // dB under the loudest; no recording's own noise is lower
  const Spectra spectra(audio, sample_rate, 0.1);
  std::vector<double> db(spectra.bins()), cells;
  for (std::size_t b = 0; b < spectra.bins(); ++b) {
    cells.clear();
    for (std::size_t j = 0; j < spectra.frames(); ++j) cells.push_back(spectra.power(j, b));
    db[b] = 10 * std::log10(*percentile(cells, 0.25) + 1e-18);
  }
  const double loudest = *std::max_element(db.begin(), db.end());
  for (double& level : db) level = std::max(level, loudest + kLowest);
  const double nyquist = sample_rate / 2;
  const auto levels = [&](double from, double to, double share) {
    const auto begin = db.begin() + static_cast<std::ptrdiff_t>(spectra.bin(from));
    const auto end = db.begin() + static_cast<std::ptrdiff_t>(spectra.bin(to)) + 1;
    std::vector<double> part(begin, std::max(begin + 1, end));
    return *percentile(part, share);
  };
  double best = 0, found = nyquist;
  for (double hz = 2500; hz < 0.93 * nyquist; hz += 40) {
    const double drop = levels(hz - 400, hz - 80, 0.5) - levels(hz + 160, 0.995 * nyquist, 0.9);
    // Beyond a file's edge there is a floor and no more; a dark sound goes on falling.
    const double falls =
        levels(hz + 160, hz + 560, 0.5) - levels(0.8 * nyquist + 0.2 * hz, 0.995 * nyquist, 0.5);
    if (falls >= kFloor || drop < std::max(kEdge, best - 6)) continue;
    best = std::max(best, drop);
    found = hz;  // the last of those that fall as far: the edge's foot
  }
  return found;
}

}  // namespace continuo::data
