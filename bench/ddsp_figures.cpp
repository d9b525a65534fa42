// Shipped instruments on recordings that they never heard, against a table without learning and against one
// another.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "bench/figures.h"
#include "bench/process.h"
#include "bench/shipped_model.h"
#include "bench/stage_sound.h"
#include "engine/dsp/math.h"
#include "models/ddsp/analysis.h"
#include "models/ddsp/evaluate.h"
#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/table.h"

namespace continuo::bench {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kNoiseSeed = 1;
constexpr float kSounding_db = -50;

std::vector<fs::path> recordings(std::initializer_list<const char*> names) {
  const char* variable = std::getenv("CONTINUO_DATA");
  const fs::path data = variable != nullptr && *variable != '\0'
                            ? fs::path(variable)
                            : fs::path(CONTINUO_SOURCE) / ".." / "shared" / "data";
  std::vector<fs::path> found;
  for (const char* name : names) {
    const fs::path path = data / "solo-instrument" / name;
    if (fs::exists(path)) found.push_back(path);
  }
  if (found.empty())
    throw Absent("no recordings in " + (data / "solo-instrument").string() + " ($CONTINUO_DATA)");
  return found;
}

// What the card of the saxophone names as its data.
std::vector<fs::path> saxophone() {
  return recordings({"alto-sax-mtg", "alto-sax-weresax", "phrases-and-singles/smstools_sax-phrase.flac",
                     "phrases-and-singles/smstools_sax-phrase-short.flac"});
}

ddsp::Dataset load(const std::vector<fs::path>& folders, const ddsp::Config& config) {
  ddsp::DatasetSpec spec;
  spec.sample_rate = config.sample_rate;
  spec.hop = config.hop;
  spec.harmonics = config.harmonics;
  spec.noise_bands = config.noise_bands;
  spec.augment = false;
  ddsp::Dataset data = ddsp::load_dataset(folders, spec, [](const std::string& line) {
    check_interrupt();
    std::fprintf(stderr, "%s\n", line.c_str());
  });
  if (data.held_out.empty()) throw Absent("no recording is held out");
  return data;
}

// What the violin never heard: what its card names as held out of the studio's, and another violin.
std::vector<ddsp::Clip> violins(const ddsp::Config& config) {
  ddsp::Dataset data =
      load(recordings({"violin-vsco2/violin_A5.flac", "violin-vsco2/violin_E5.flac",
                       "violin-vsco2/violin_C7.flac", "phrases-and-singles/smstools_violin-B3.flac"}),
           config);
  std::move(data.held_out.begin(), data.held_out.end(), std::back_inserter(data.train));
  return data.train;
}

ddsp::Evaluation judge(const std::vector<ddsp::Clip>& clips, const ddsp::Config& config,
                       const ddsp::Renderer& renderer) {
  return ddsp::evaluate(clips, config.sample_rate, config.hop, [&](const ddsp::Clip& clip) {
    check_interrupt();
    return renderer(clip);
  });
}

// How the centroid of the harmonics follows power: octaves for 10 dB, at a given pitch. Least squares of
// log2(centroid / f0) on power and pitch, over the sounding frames of all clips; `controls(i)` of clip i.
template <typename Controls>
double brightness_slope(const std::vector<ddsp::Clip>& clips, Controls controls) {
  std::vector<std::array<double, 3>> points;  // power, pitch, log2(centroid / f0)
  for (size_t c = 0; c < clips.size(); ++c) {
    const ddsp::Clip& clip = clips[c];
    const ddsp::ControlTrack track = controls(c);
    const auto count = static_cast<size_t>(track.harmonics);
    for (size_t j = 0; j < clip.frames(); ++j) {
      if (!clip.voiced[j] || clip.db[j] < kSounding_db) continue;
      double power = 0, moment = 0;
      for (size_t k = 0; k < count; ++k) {
        const double a = track.amplitudes[j * count + k];
        power += a * a;
        moment += static_cast<double>(k + 1) * a * a;
      }
      if (power > 0) points.push_back({clip.db[j], clip.midi[j], std::log2(moment / power)});
    }
  }
  std::array<double, 3> mean{};
  for (const auto& point : points) {
    for (size_t i = 0; i < 3; ++i) mean[i] += point[i] / static_cast<double>(points.size());
  }
  const auto covariance = [&](size_t a, size_t b) {
    double sum = 0;
    for (const auto& point : points) sum += (point[a] - mean[a]) * (point[b] - mean[b]);
    return sum;
  };
  const double dd = covariance(0, 0), dm = covariance(0, 1), mm = covariance(1, 1), dy = covariance(0, 2),
               my = covariance(1, 2);
  return 10 * (dy * mm - my * dm) / (dd * mm - dm * dm);
}

std::shared_ptr<const ddsp::Model> shipped(const char* name) {
  const auto file = find_shipped_model(name);
  if (!file) throw Absent("models/trained/" + std::string(name) + ".safetensors does not exist");
  return ddsp::Model::load(file->string());
}

}  // namespace

std::vector<Row> measure_ddsp(const Settings&) {
  const auto model = shipped(kShippedModel);
  const ddsp::Config& config = model->config();
  const ddsp::Dataset data = load(saxophone(), config);
  ddsp::Table table;
  table.fit(data.train);
  const ddsp::Evaluation ours = judge(
      data.held_out, config, [&](const ddsp::Clip& clip) { return stage_sound(model, clip.midi, clip.db); });
  const ddsp::Evaluation peer = judge(data.held_out, config, [&](const ddsp::Clip& clip) {
    return ddsp::synthesise(table.look_up(clip.midi, clip.db, config.sample_rate), clip.midi, config.hop,
                            config.sample_rate, kNoiseSeed);
  });

  const double recorded = brightness_slope(
      data.held_out, [&](size_t c) -> const ddsp::ControlTrack& { return data.held_out[c].controls; });
  const double played = brightness_slope(data.held_out, [&](size_t c) {
    check_interrupt();
    const ddsp::Clip& clip = data.held_out[c];
    std::vector<float> f0;
    for (const float midi : clip.midi) f0.push_back(dsp::midi_to_hz(midi));
    return ddsp::analyse_controls(stage_sound(model, clip.midi, clip.db), f0, config.harmonics,
                                  config.noise_bands, config.hop, config.sample_rate);
  });

  std::vector<Row> rows(6);
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
  rows[5].better = Better::kMore;
  rows[5].value = played;
  rows[5].peer = "the recordings themselves";
  rows[5].peer_value = recorded;
  rows[5].note = "centroid of the harmonics at a given pitch; goal: as the recordings";
  return rows;
}

std::vector<Row> measure_own_data(const Settings&) {
  const auto saxophone_model = shipped(kShippedModel), violin_model = shipped("violin");
  const ddsp::Config& config = saxophone_model->config();
  const auto loss = [&](const std::vector<ddsp::Clip>& clips,
                        const std::shared_ptr<const ddsp::Model>& model) {
    return judge(clips, config,
                 [&](const ddsp::Clip& clip) {
                   if (model == saxophone_model) return stage_sound(model, clip.midi, clip.db);
                   const std::pair<std::string, std::string> studio[] = {{"voice", "studio"}};
                   return stage_sound(model, clip.midi, clip.db, space_rows(*model, clip.frames(), studio));
                 })
        .spectral_loss;
  };
  const std::vector<ddsp::Clip> reeds = load(saxophone(), config).held_out, strings = violins(config);
  std::vector<Row> rows(2);
  rows[0].peer = "the violin's model";
  rows[0].value = loss(reeds, saxophone_model);
  rows[0].peer_value = loss(reeds, violin_model);
  rows[0].note = text("%zu held-out recordings; goal: below the peer", reeds.size());
  rows[1].peer = "the saxophone's model";
  rows[1].value = loss(strings, violin_model);
  rows[1].peer_value = loss(strings, saxophone_model);
  rows[1].note = text("%zu recordings that it never heard; goal: below the peer", strings.size());
  return rows;
}

}  // namespace continuo::bench
