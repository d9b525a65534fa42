// A song model of random weights.
#include "models/song/inference/random_model.h"

#include "models/song/inference/features.h"
#include "models/song/inference/sampling.h"

namespace continuo::song {

Config random_config(int techniques) {
  Config config;
  config.name = "random";
  config.note_hidden = 24;
  config.note_dense = 16;
  config.channels = 16;
  config.hidden = 24;
  for (int i = 0; i < techniques; ++i) {
    std::string name(1, 't');
    name += std::to_string(i);
    config.techniques.push_back({name, 1.0f / static_cast<float>(techniques)});
  }
  config.statistics.level_db = {-40, -35, -30, -25, -20, -16, -14};
  config.statistics.histograms.intervals.fill(1.0 / kIntervals);
  config.statistics.histograms.lengths.fill(1.0 / kLengths);
  return config;
}

io::SafetensorsWriter random_model(const Config& config, std::uint64_t seed) {
  io::SafetensorsWriter writer;
  writer.set_metadata("config", to_json(config));
  Random random(seed);
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    std::size_t count = 1;
    for (const std::int64_t n : shape) count *= static_cast<std::size_t>(n);
    std::vector<float> values(count);
    for (float& v : values) v = 0.6f * (random.uniform() - 0.5f);
    writer.add_f32(name, std::move(shape), values);
  };
  const int n = config.note_hidden, m = config.note_dense, c = config.channels, g = config.hidden;
  const int t = config.technique_count();
  const auto dense = [&](const std::string& name, int rows, int columns) {
    add(name + ".weight", {rows, columns});
    add(name + ".bias", {rows});
  };
  const auto gru = [&](const std::string& name, int inputs, int hidden) {
    add(name + ".weight_ih", {3 * hidden, inputs});
    add(name + ".weight_hh", {3 * hidden, hidden});
    add(name + ".bias_ih", {3 * hidden});
    add(name + ".bias_hh", {3 * hidden});
  };
  gru("note.gru", note_features(t), n);
  dense("note.technique", t, n);
  dense("note.interval.hidden", m, n + t);
  dense("note.interval.out", kIntervals, m);
  dense("note.length.hidden", m, n + t + kIntervals);
  dense("note.length.out", kLengths, m);
  dense("note.gap.hidden", m, n + t + kIntervals + kLengths);
  dense("note.gap.out", kGaps, m);
  dense("frame.in.linear", c, frame_features(t));
  add("frame.in.norm.weight", {c});
  add("frame.in.norm.bias", {c});
  gru("frame.lower", c, g);
  gru("frame.upper", g, g);
  dense("frame.voiced", 1, c + g);
  dense("frame.deviation", kDeviations, c + g);
  dense("frame.level", kLevels, c + g + 2);
  return writer;
}

}  // namespace continuo::song
