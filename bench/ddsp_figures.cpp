// The shipped model against a table without learning, on recordings that it never heard.
//
// The model is rendered as on stage: the packed network's control frames through the engine's harmonic bank
// and filtered noise at 48 kHz, then brought to the model's rate, where recordings and table live.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "bench/figures.h"
#include "bench/process.h"
#include "bench/shipped_model.h"
#include "engine/dsp/filtered_noise.h"
#include "engine/dsp/harmonic_bank.h"
#include "engine/dsp/math.h"
#include "models/data/audio_file.h"
#include "models/ddsp/evaluate.h"
#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/table.h"

namespace continuo::bench {

namespace fs = std::filesystem;

namespace {

constexpr double kStageRate = 48000;
constexpr uint64_t kNoiseSeed = 1;

std::vector<fs::path> recordings() {
  const char* variable = std::getenv("CONTINUO_DATA");
  const fs::path data = variable != nullptr && *variable != '\0'
                            ? fs::path(variable)
                            : fs::path(CONTINUO_SOURCE) / ".." / "shared" / "data";
  std::vector<fs::path> found;
  // What the model card names as its data.
  for (const char* name : {"alto-sax-mtg", "alto-sax-weresax", "phrases-and-singles/smstools_sax-phrase.flac",
                           "phrases-and-singles/smstools_sax-phrase-short.flac"}) {
    const fs::path path = data / "solo-instrument" / name;
    if (fs::exists(path)) found.push_back(path);
  }
  if (found.empty())
    throw Absent("no recordings in " + (data / "solo-instrument").string() + " ($CONTINUO_DATA)");
  return found;
}

std::vector<float> render(const std::shared_ptr<const ddsp::Model>& model, std::span<const float> midi,
                          std::span<const float> db) {
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
    const ddsp::VoiceInput input{midi[j], db[j]};
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

}  // namespace

std::vector<Row> measure_ddsp(const Settings&) {
  const auto file = find_shipped_model();
  if (!file) throw Absent("models/trained/alto-sax.safetensors does not exist yet");
  const auto model = ddsp::Model::load(file->string());
  const ddsp::Config& config = model->config();

  ddsp::DatasetSpec spec;
  spec.sample_rate = config.sample_rate;
  spec.hop = config.hop;
  spec.harmonics = config.harmonics;
  spec.noise_bands = config.noise_bands;
  spec.augment = false;
  const ddsp::Dataset data = ddsp::load_dataset(recordings(), spec, [](const std::string& line) {
    check_interrupt();
    std::fprintf(stderr, "%s\n", line.c_str());
  });
  if (data.held_out.empty()) throw Absent("no recording is held out");
  ddsp::Table table;
  table.fit(data.train);

  const auto judge = [&](const ddsp::Renderer& renderer) {
    return ddsp::evaluate(data.held_out, config.sample_rate, config.hop, [&](const ddsp::Clip& clip) {
      check_interrupt();
      return renderer(clip);
    });
  };
  const ddsp::Evaluation ours =
      judge([&](const ddsp::Clip& clip) { return render(model, clip.midi, clip.db); });
  const ddsp::Evaluation peer = judge([&](const ddsp::Clip& clip) {
    return ddsp::synthesise(table.look_up(clip.midi, clip.db, config.sample_rate), clip.midi, config.hop,
                            config.sample_rate, kNoiseSeed);
  });

  std::vector<Row> rows(5);
  for (Row& row : rows) row.peer = "table without learning";
  rows[0].value = ours.spectral_loss;
  rows[0].peer_value = peer.spectral_loss;
  rows[0].note = text(
      "better by %.2f on %zu held-out recordings (%zu others); power error %.2f dB (table %.2f); goal: by "
      "0.5",
      peer.spectral_loss - ours.spectral_loss, data.held_out.size(), data.train.size(), ours.power_error_db,
      peer.power_error_db);
  rows[1].better = Better::kMore;
  rows[1].value = ours.within_10_cents;
  rows[1].peer_value = peer.within_10_cents;
  rows[1].note = "of voiced frames, pitch tracked anew; goal: 95";
  rows[2].value = ours.loudness_l1_db;
  rows[2].peer_value = peer.loudness_l1_db;
  rows[2].note = "A-weighted, on frames above -50 dB; goal: 1.5";
  rows[3].value = ours.f0_l1_semitones;
  rows[3].peer_value = peer.f0_l1_semitones;
  rows[3].note =
      text("on frames voiced in both; lost %.1f %% of frames; goal: 0.1", ours.lost_frames_percent);
  rows[4].value = ours.outliers_percent;
  rows[4].peer_value = peer.outliers_percent;
  rows[4].note = "off by 12 semitones on average, or never tracked; goal: 1";
  return rows;
}

}  // namespace continuo::bench
