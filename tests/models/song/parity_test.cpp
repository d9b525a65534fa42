// One set of weights, two views: LibTorch's networks and the streaming ones say the same.
#include "models/song/model_file.h"  // before Catch: LibTorch has a CHECK of its own

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <random>

#include "models/song/inference/model.h"

using namespace continuo::song;

namespace {

constexpr int kTechniques = 3, kSteps = 60;

double largest(const torch::Tensor& expected, std::span<const float> got) {
  const torch::Tensor e = expected.contiguous();
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, std::abs(double(e.data_ptr<float>()[i]) - double(got[i])));
  return worst;
}

}  // namespace

TEST_CASE("both tiers agree within 1e-4") {
  torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  NetworkShape shape;
  shape.techniques = kTechniques;
  NoteTier notes(shape);
  FrameTier frames(shape);
  notes->eval();
  Config config;
  config.name = "parity";
  config.note_hidden = shape.note_hidden;
  config.note_dense = shape.note_dense;
  config.channels = shape.channels;
  config.hidden = shape.hidden;
  for (int i = 0; i < kTechniques; ++i)
    config.techniques.push_back({std::string(1, static_cast<char>('a' + i)), 0.3f});
  config.statistics.level_db = {-40, -35, -30, -25, -20, -16, -14};
  const auto file = std::filesystem::temp_directory_path() / "continuo-song-parity.safetensors";
  write_model(file, notes, frames, config, true);
  Networks networks;
  networks.prepare(Model::load(file.string()));
  networks.reset_notes();
  networks.reset_frames();
  std::filesystem::remove(file);

  std::mt19937 random(5);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto some = [&] { return static_cast<float>(static_cast<double>(random()) / 4294967296.0 * 2 - 1); };
  std::vector<NoteInput> note_inputs;
  std::vector<FrameInput> frame_inputs;
  auto x = torch::zeros({kSteps, 1, note_features(kTechniques)});
  auto y = torch::zeros({kSteps, 1, frame_features(kTechniques)});
  auto technique = torch::zeros({kSteps, 1}, torch::kInt64), interval = technique.clone(),
       length = technique.clone();
  auto chosen = torch::zeros({kSteps, 1, 2});
  for (int t = 0; t < kSteps; ++t) {
    NoteInput n;
    n.interval = t == 0 ? -1 : below(kIntervals);
    n.length = t == 0 ? -1 : below(kLengths);
    n.gap = t == 0 ? -1 : below(kGaps);
    n.technique = below(kTechniques);
    n.degree = below(12);
    n.place = some();
    n.phrase_s = 3 + 3 * some();
    n.phrase_notes = static_cast<float>(below(9));
    note_inputs.push_back(n);
    write_features(n, kTechniques, {x[t].data_ptr<float>(), static_cast<size_t>(note_features(kTechniques))});
    technique[t][0] = below(kTechniques);
    interval[t][0] = below(kIntervals);
    length[t][0] = below(kLengths);
    FrameInput f;
    f.deviation = some();
    f.deviation_before = f.deviation + 0.1f * some();
    f.db = -30 + 20 * some();
    f.db_before = f.db + some();
    f.voiced = below(2) == 1;
    f.sounding = below(4) > 0;
    f.since = 0.5f + 0.5f * some();
    f.left = 0.5f + 0.5f * some();
    f.rest_since = 0.2f + 0.2f * some();
    f.rest_left = 0.2f + 0.2f * some();
    f.length_s = 1;
    f.joined_before = below(2) == 1;
    f.joined_after = below(2) == 1;
    f.from = 5 * some();
    f.to = 5 * some();
    f.place = some();
    f.phrase_s = 2;
    f.technique = below(kTechniques);
    frame_inputs.push_back(f);
    write_features(f, kTechniques,
                   {y[t].data_ptr<float>(), static_cast<size_t>(frame_features(kTechniques))});
    const float d = some();
    chosen[t][0][0] = 3 * deviation_scale(d);
    chosen[t][0][1] = std::clamp(10 * (deviation_scale(d) - deviation_scale(f.deviation)), -3.f, 3.f);
    frame_inputs.back().place = f.place;
  }
  const auto of_notes = notes->forward(x, technique, interval, length);
  const auto of_frames = frames->forward(y, chosen);
  double worst = 0;
  for (int t = 0; t < kSteps; ++t) {
    networks.step(note_inputs[static_cast<size_t>(t)]);
    const auto at = [&](const torch::Tensor& c) { return static_cast<int>(c[t][0].item<int64_t>()); };
    worst = std::max(worst, largest(of_notes.technique[t][0], networks.technique_logits()));
    worst = std::max(worst, largest(of_notes.interval[t][0], networks.interval_logits(at(technique))));
    worst = std::max(worst, largest(of_notes.length[t][0], networks.length_logits(at(interval))));
    worst = std::max(worst, largest(of_notes.gap[t][0], networks.gap_logits(at(length))));
    const FrameInput& f = frame_inputs[static_cast<size_t>(t)];
    networks.step(f);
    worst =
        std::max(worst, std::abs(double(networks.voiced_logit()) - of_frames.voiced[t][0].item<double>()));
    worst = std::max(worst, largest(of_frames.deviation[t][0], networks.deviation_logits()));
    // The deviation whose scaled value the reference saw.
    const float scaled = chosen[t][0][0].item<float>() / 3;
    const float d = 0.15f * std::sinh(scaled * std::asinh(12 / 0.15f));
    worst = std::max(worst, largest(of_frames.level[t][0], networks.level_logits(d, f.deviation)));
  }
  CHECK(worst < 1e-4);
}
