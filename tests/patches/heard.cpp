#include "tests/patches/heard.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>

#include "engine/dsp/fft.h"
#include "engine/dsp/pitch_tracker.h"

namespace continuo::test {
namespace {

constexpr double kRate = 48000, kFrameRate = 100;
constexpr size_t kHop = 480, kWindow = 4096;

std::vector<dsp::PitchFrame> pitches(std::span<const float> sound) {
  dsp::PitchTracker tracker;
  tracker.prepare({.sample_rate = kRate, .hop = static_cast<int>(kHop), .min_hz = 50});
  std::vector<dsp::PitchFrame> frames(sound.size() / kHop + 2);
  frames.resize(tracker.process(sound, frames));
  return frames;
}

double middle(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

double deviation(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double v : values) sum += v, squares += v * v;
  const auto n = static_cast<double>(values.size());
  return n < 1 ? 0 : std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
}

// The strongest sine of 3 to 10 a second in a curve without its straight line, and its amplitude.
void strongest(std::vector<double> curve, double& hz, double& amplitude) {
  const auto n = static_cast<double>(curve.size());
  if (curve.size() < 20) return;
  double mean = 0, slope = 0, squares = 0;
  for (const double v : curve) mean += v / n;
  for (size_t i = 0; i < curve.size(); ++i) {
    const double x = static_cast<double>(i) - (n - 1) / 2;
    slope += x * (curve[i] - mean), squares += x * x;
  }
  slope /= squares;
  for (size_t i = 0; i < curve.size(); ++i) {
    const double x = static_cast<double>(i) - (n - 1) / 2;
    curve[i] = (curve[i] - mean - slope * x) * (1 - std::cos(2 * M_PI * (static_cast<double>(i) + 0.5) / n));
  }
  for (double candidate = 3; candidate <= 10; candidate += 0.05) {
    std::complex<double> sum = 0;
    for (size_t i = 0; i < curve.size(); ++i)
      sum += curve[i] * std::polar(1.0, -2 * M_PI * candidate * static_cast<double>(i) / kFrameRate);
    if (2 * std::abs(sum) / n > amplitude) hz = candidate, amplitude = 2 * std::abs(sum) / n;
  }
}

// How the size of the samples beats.
void beat(std::span<const float> sound, double& hz, double& amplitude) {
  constexpr size_t kStep = 24;  // 2 kHz
  std::vector<double> envelope;
  double mean = 0;
  for (size_t at = 0; at + kStep <= sound.size(); at += kStep) {
    double sum = 0;
    for (size_t i = at; i < at + kStep; ++i) sum += std::fabs(static_cast<double>(sound[i]));
    envelope.push_back(sum);
    mean += sum;
  }
  const auto n = static_cast<double>(envelope.size());
  for (double candidate = 30; candidate <= 120; candidate += 0.5) {
    std::complex<double> sum = 0;
    for (size_t i = 0; i < envelope.size(); ++i) {
      const double window = 1 - std::cos(2 * M_PI * (static_cast<double>(i) + 0.5) / n);
      sum += window * (envelope[i] - mean / n) *
             std::polar(1.0, -2 * M_PI * candidate * static_cast<double>(i * kStep) / kRate);
    }
    if (2 * std::abs(sum) / mean > amplitude) hz = candidate, amplitude = 2 * std::abs(sum) / mean;
  }
}

// Power by frequency of each window, one a hop of 20 ms.
std::vector<std::vector<double>> spectra(std::span<const float> sound) {
  dsp::RealFft fft;
  fft.prepare(kWindow);
  std::vector<float> in(kWindow);
  std::vector<std::complex<float>> out(static_cast<size_t>(fft.bins()));
  std::vector<std::vector<double>> all;
  for (size_t at = 0; at + kWindow <= sound.size(); at += 2 * kHop) {
    for (size_t i = 0; i < kWindow; ++i) {
      const double window = 0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(i) / kWindow);
      in[i] = static_cast<float>(window) * sound[at + i];
    }
    fft.forward(in.data(), out.data());
    std::vector<double>& power = all.emplace_back();
    for (const auto& bin : out) power.push_back(std::norm(std::complex<double>(bin)));
  }
  return all;
}

double power_at(const std::vector<double>& spectrum, double hz) {
  const auto bin = static_cast<size_t>(std::lround(hz * kWindow / kRate));
  if (bin < 1 || bin + 1 >= spectrum.size()) return 0;
  return spectrum[bin - 1] + spectrum[bin] + spectrum[bin + 1];
}

double db(double power) {
  return 10 * std::log10(std::max(power, 1e-12));
}

}  // namespace

Heard heard(std::span<const float> sound) {
  Heard out;
  double power = 0;
  for (const float x : sound) power += static_cast<double>(x) * x;
  out.level_db = db(power / static_cast<double>(sound.size()));

  const auto frames = pitches(sound);
  std::vector<double> midi, levels, curve;
  for (const auto& frame : frames) {
    if (frame.voiced) midi.push_back(69 + 12 * std::log2(static_cast<double>(frame.f0_hz) / 440));
  }
  out.voiced = static_cast<double>(midi.size()) / static_cast<double>(std::max<size_t>(frames.size(), 1));
  out.midi = middle(midi);
  out.wobble_cents = 100 * deviation(midi);
  // Where the tracker lost the pitch it stands still.
  double last = out.midi;
  for (const auto& frame : frames) {
    if (frame.voiced) last = 69 + 12 * std::log2(static_cast<double>(frame.f0_hz) / 440);
    curve.push_back(100 * last);
  }
  strongest(curve, out.vibrato_hz, out.vibrato_cents);
  for (size_t at = 0; at + 2 * kHop <= sound.size(); at += kHop) {
    double sum = 0;
    for (size_t i = at; i < at + 2 * kHop; ++i) sum += static_cast<double>(sound[i]) * sound[i];
    levels.push_back(db(sum / (2 * kHop)));
  }
  strongest(levels, out.tremolo_hz, out.tremolo_db);

  beat(sound, out.pulses_hz, out.pulses);

  std::vector<double> noises;
  double low = 0, high = 0;
  const auto windows = spectra(sound);
  for (size_t w = 0; w < windows.size(); ++w) {
    const auto& spectrum = windows[w];
    for (size_t bin = 4; bin < spectrum.size(); ++bin) {
      const double hz = static_cast<double>(bin) * kRate / kWindow;
      if (hz < 1500) low += spectrum[bin];
      if (hz >= 1500 && hz < 8000) high += spectrum[bin];
    }
    const size_t centre = 2 * w + kWindow / 2 / kHop;
    if (centre >= frames.size() || !frames[centre].voiced) continue;
    const double f0 = static_cast<double>(frames[centre].f0_hz);
    double tone = 0, between = 0;
    for (int k = 1; k * f0 < 4000; ++k) {
      tone += power_at(spectrum, k * f0);
      between += power_at(spectrum, (k + 0.5) * f0);
    }
    noises.push_back(db(between / std::max(tone, 1e-12)));
  }
  out.noise_db = middle(noises);
  out.tilt_db = db(high / std::max(low, 1e-12));
  return out;
}

std::string text(const Heard& h) {
  char line[256];
  std::snprintf(
      line, sizeof line,
      "midi %.2f (%.0f %% voiced, +-%.0f cents), %.1f dB, vibrato %.1f cents at %.2f Hz, tremolo %.1f dB at "
      "%.2f Hz, noise %.1f dB, tilt %.1f dB, pulses %.2f at %.1f Hz",
      h.midi, 100 * h.voiced, h.wobble_cents, h.level_db, h.vibrato_cents, h.vibrato_hz, h.tremolo_db,
      h.tremolo_hz, h.noise_db, h.tilt_db, h.pulses, h.pulses_hz);
  return line;
}

double amplitude_db(std::span<const float> sound, double hz) {
  std::complex<double> sum = 0;
  double weights = 0;
  for (size_t i = 0; i < sound.size(); ++i) {
    const double w =
        0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(i) / static_cast<double>(sound.size()));
    sum +=
        w * static_cast<double>(sound[i]) * std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / kRate);
    weights += w;
  }
  return 20 * std::log10(std::max(2 * std::abs(sum) / weights, 1e-6));
}

double steepest(std::span<const float> sound) {
  double most = 0;
  for (size_t i = 1; i < sound.size(); ++i)
    most = std::max(most, std::fabs(static_cast<double>(sound[i]) - sound[i - 1]));
  return most;
}

}  // namespace continuo::test
