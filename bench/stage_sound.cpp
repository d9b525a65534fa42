#include "bench/stage_sound.h"

#include <algorithm>
#include <cmath>

#include "bench/process.h"
#include "engine/dsp/filtered_noise.h"
#include "engine/dsp/harmonic_bank.h"
#include "engine/dsp/math.h"
#include "models/data/audio_file.h"

namespace continuo::bench {

namespace {

constexpr double kStageRate = 48000;
constexpr uint64_t kNoiseSeed = 1;

}  // namespace

std::vector<float> stage_sound(const std::shared_ptr<const ddsp::Model>& model, std::span<const float> midi,
                               std::span<const float> db, std::span<const float> spaces) {
  const ddsp::Config& config = model->config();
  const auto hop = static_cast<int>(std::lround(kStageRate / config.frame_rate_hz()));
  ddsp::Decoder decoder;
  decoder.prepare(model, 1);
  ddsp::State state;
  state.prepare(*model);
  dsp::NoiseFilter filter;
  filter.prepare({.bands = config.noise_bands,
                  .model_rate = static_cast<double>(config.sample_rate),
                  .device_rate = kStageRate});
  dsp::FilteredNoise noise;
  noise.prepare(filter.taps(), filter.white_level());
  noise.reset(kNoiseSeed);
  dsp::HarmonicBank bank;
  bank.prepare(kStageRate);
  bank.reset();

  const size_t frames = midi.size(), length = static_cast<size_t>(hop);
  std::vector<ddsp::ControlFrame> controls(frames);
  for (size_t j = 0; j < frames; ++j) {
    const float* space =
        spaces.empty() ? nullptr : spaces.data() + j * static_cast<size_t>(config.space_size());
    const ddsp::VoiceInput input{midi[j], db[j], space};
    ddsp::State* const states[] = {&state};
    ddsp::ControlFrame* const out[] = {&controls[j]};
    decoder.step({&input, 1}, states, out);
  }
  std::vector<float> sound(frames * length), taps(static_cast<size_t>(filter.taps())), hiss(length);
  const auto harmonics = [&](size_t j) {
    return std::span<const float>(controls[j].harmonics, static_cast<size_t>(controls[j].harmonic_count));
  };
  for (size_t j = 0; j < frames; ++j) {
    const size_t next = std::min(j + 1, frames - 1);
    if (j == 0) bank.set_amplitudes(harmonics(0), 0);
    bank.set_amplitudes(harmonics(next), hop);
    bank.set_frequency(dsp::midi_to_hz(midi[j]), dsp::midi_to_hz(midi[next]), hop);
    filter.design({controls[j].noise, static_cast<size_t>(controls[j].noise_count)}, taps);
    noise.set_frame(taps);
    const std::span<float> out(sound.data() + j * length, length);
    bank.process(out);
    noise.process(hiss);
    for (size_t i = 0; i < length; ++i) out[i] += hiss[i];
  }
  std::vector<float> heard = data::resample(sound, kStageRate, config.sample_rate);
  heard.resize(frames * static_cast<size_t>(config.hop));
  return heard;
}

std::vector<float> space_rows(const ddsp::Model& model, size_t frames,
                              std::span<const std::pair<std::string, std::string>> entries) {
  const ddsp::Config& config = model.config();
  std::vector<float> row(static_cast<size_t>(config.space_size()), 0.0f), rows;
  for (const auto& [name, entry] : entries) {
    const int index = config.space_named(name);
    if (index < 0) throw Absent(config.name + " has no space " + name);
    size_t first = 0;
    for (int s = 0; s < index; ++s) first += static_cast<size_t>(config.spaces[static_cast<size_t>(s)].size);
    const ddsp::Space& space = config.spaces[static_cast<size_t>(index)];
    const auto found = std::find_if(space.entries.begin(), space.entries.end(),
                                    [&](const ddsp::SpaceEntry& e) { return e.name == entry; });
    if (found == space.entries.end()) throw Absent(config.name + " has no " + name + " " + entry);
    const auto codebook = model.codebook(index);
    const auto size = static_cast<size_t>(space.size);
    for (size_t k = 0; k < found->weights.size(); ++k) {
      for (size_t d = 0; d < size; ++d) row[first + d] += found->weights[k] * codebook[k * size + d];
    }
  }
  for (size_t j = 0; j < frames; ++j) rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

}  // namespace continuo::bench
