// Shipped instruments on recordings that they never heard, against a table without learning and against one
// another.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "bench/figures.h"
#include "bench/process.h"
#include "bench/shipped_model.h"
#include "bench/stage_sound.h"
#include "models/ddsp/evaluate.h"
#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/table.h"

namespace continuo::bench {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kNoiseSeed = 1;

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
