// What a DDSP model makes of a pitch and a power track.
#include "models/data/card/resynthesis.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/dsp/convolution.h"
#include "engine/dsp/fft.h"
#include "engine/dsp/filtered_noise.h"
#include "engine/dsp/harmonic_bank.h"
#include "engine/dsp/math.h"

namespace continuo::data {

namespace {

// The learned room, beside the dry sound (its tap 0 is 0).
void add_reverb(std::vector<float>& sound, std::span<const float> taps) {
  const dsp::ConvolutionIr response(taps);
  dsp::PartitionedConvolution convolution;
  convolution.prepare(static_cast<int>(taps.size()));
  convolution.set_ir(&response);
  convolution.reset();
  std::vector<float> wet(sound.size());
  convolution.process(sound, wet);
  for (std::size_t i = 0; i < sound.size(); ++i) sound[i] += wet[i];
}

}  // namespace

std::vector<float> resynthesise(const std::shared_ptr<const ddsp::Model>& model, std::span<const float> midi,
                                std::span<const float> db) {
  const ddsp::Config& config = model->config();
  const auto rate = static_cast<double>(config.sample_rate);
  ddsp::Decoder decoder;
  decoder.prepare(model, 1);
  ddsp::State state;
  state.prepare(*model);
  dsp::NoiseFilter filter;
  filter.prepare({.bands = config.noise_bands, .model_rate = rate, .device_rate = rate});
  dsp::FilteredNoise noise;
  noise.prepare(filter.taps(), filter.white_level());
  noise.reset(1);
  dsp::HarmonicBank bank;
  bank.prepare(rate);
  bank.reset();

  const std::size_t frames = midi.size();
  const auto hop = static_cast<std::size_t>(config.hop);
  std::vector<float> sound(frames * hop), taps(static_cast<std::size_t>(filter.taps())), hiss(hop);
  ddsp::ControlFrame frame, next;
  const auto step = [&](std::size_t j, ddsp::ControlFrame& into) {
    const ddsp::VoiceInput input{midi[j], db[j]};
    ddsp::State* const states[] = {&state};
    ddsp::ControlFrame* const out[] = {&into};
    decoder.step({&input, 1}, states, out);
  };
  const auto harmonics = [](const ddsp::ControlFrame& f) {
    return std::span<const float>(f.harmonics, static_cast<std::size_t>(f.harmonic_count));
  };
  for (std::size_t j = 0; j < frames; ++j) {
    if (j == 0) {
      step(0, frame);
      bank.set_amplitudes(harmonics(frame), 0);
    } else {
      frame = next;
    }
    const std::size_t following = std::min(j + 1, frames - 1);
    if (following > j) {
      step(following, next);
    } else {
      next = frame;
    }
    bank.set_amplitudes(harmonics(next), config.hop);
    bank.set_frequency(dsp::midi_to_hz(midi[j]), dsp::midi_to_hz(midi[following]), config.hop);
    filter.design({frame.noise, static_cast<std::size_t>(frame.noise_count)}, taps);
    noise.set_frame(taps);
    const std::span<float> out(sound.data() + j * hop, hop);
    bank.process(out);
    noise.process(hiss);
    for (std::size_t i = 0; i < hop; ++i) out[i] += hiss[i];
  }
  if (!model->reverb().empty()) add_reverb(sound, model->reverb());
  return sound;
}

namespace {

// Magnitudes of the windows of one length, [windows, bins]; the sound is padded with silence to `length`.
std::vector<float> magnitudes(std::span<const float> sound, std::size_t length, int size, dsp::RealFft& fft) {
  const auto window_size = static_cast<std::size_t>(size);
  std::vector<float> window(window_size), in(window_size), out;
  double sum = 0;
  for (std::size_t n = 0; n < window_size; ++n) {
    window[n] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / size));
    sum += window[n];
  }
  std::vector<std::complex<float>> spectrum(static_cast<std::size_t>(fft.bins()));
  for (std::size_t begin = 0; begin == 0 || begin + window_size <= length; begin += window_size / 4) {
    for (std::size_t n = 0; n < window_size; ++n)
      in[n] = begin + n < sound.size() ? window[n] * sound[begin + n] : 0.f;
    fft.forward(in.data(), spectrum.data());
    // A full-scale sine reads 1.
    for (const auto& bin : spectrum)
      out.push_back(static_cast<float>(2 / sum) * std::hypot(bin.real(), bin.imag()));
  }
  return out;
}

}  // namespace

double spectral_distance(std::span<const float> original, std::span<const float> model) {
  constexpr double kFloor = 1e-4;
  const std::size_t length = std::max(original.size(), model.size());
  double distance = 0;
  constexpr int kSizes[] = {2048, 1024, 512, 256, 128, 64};
  for (const int size : kSizes) {
    dsp::RealFft fft;
    fft.prepare(size);
    const std::vector<float> a = magnitudes(original, length, size, fft),
                             b = magnitudes(model, length, size, fft);
    double apart = 0, whole = 0, logs = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      apart += std::abs(a[i] - b[i]);
      whole += a[i];
      logs += std::abs(std::log(std::max<double>(a[i], kFloor) / std::max<double>(b[i], kFloor)));
    }
    distance += apart / std::max(whole, kFloor) + logs / static_cast<double>(a.size());
  }
  return distance / static_cast<double>(std::size(kSizes));
}

}  // namespace continuo::data
