#include "models/musicrnn/inference/model.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "models/io/json.h"

namespace continuo::musicrnn {
namespace {

constexpr std::size_t kMostLayers = 8;
constexpr int kWidest = 4096;

// So that each layer's c and h are aligned.
std::size_t padded(int count) {
  return (static_cast<std::size_t>(count) + 15) / 16 * 16;
}

Settings settings_of(const nlohmann::json& root, const std::string& file) {
  const auto found = root.find("representation");
  if (found == root.end() || !found->is_object() || !found->contains("name") || !(*found)["name"].is_string())
    throw io::Error(file + ": \"representation\" is missing: expected an object with a \"name\"");
  try {
    Settings settings = preset((*found)["name"].get<std::string>());
    settings.min_pitch = found->value("min_pitch", settings.min_pitch);
    settings.max_pitch = found->value("max_pitch", settings.max_pitch);
    return settings;
  } catch (const std::exception& error) {
    throw io::Error(file + ": representation: " + error.what());
  }
}

}  // namespace

Config parse_config(const std::string& text, const std::string& file) {
  const nlohmann::json root = io::parse_json(text, file + ": config");
  if (!root.is_object() || root.value("kind", nlohmann::json()) != "musicrnn")
    throw io::Error(file + ": its config is not of kind \"musicrnn\"");
  const nlohmann::json format = root.value("format", nlohmann::json());
  if (format != "continuo/1")
    throw io::Error(file + ": its format is " + format.dump() + "; this version reads \"continuo/1\"");
  Config config;
  const auto text_of = [&](const char* key) {
    const auto found = root.find(key);
    return found != root.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  config.name = text_of("name"), config.source = text_of("source"), config.licence = text_of("licence");
  config.settings = settings_of(root, file);
  const nlohmann::json cells = root.value("cells", nlohmann::json());
  if (!cells.is_array() || cells.empty() || cells.size() > kMostLayers)
    throw io::Error(file + ": \"cells\" is " + cells.dump() + ": expected 1 to 8 widths of LSTM layers");
  for (const nlohmann::json& cell : cells) {
    if (!cell.is_number_integer() || cell.get<int>() < 1 || cell.get<int>() > kWidest)
      throw io::Error(file + ": a layer of \"cells\" is " + cell.dump() + ": expected 1 to 4096");
    config.cells.push_back(cell.get<int>());
  }
  try {
    (void)Representation(config.settings);
  } catch (const std::exception& error) {
    throw io::Error(file + ": representation: " + error.what());
  }
  return config;
}

Model::Model(Config config, const io::Safetensors& file)
    : config_(std::move(config)), representation_(config_.settings) {
  int width = representation_.inputs();
  for (std::size_t i = 0; i < config_.cells.size(); ++i) {
    const int hidden = config_.cells[i];
    const std::string name = "cell." + std::to_string(i);
    cells_.emplace_back().pack(file.floats(name + ".kernel", {width + hidden, 4 * hidden}),
                               file.floats(name + ".bias", {4 * hidden}), width, hidden, i == 0);
    width = hidden;
  }
  const int labels = representation_.labels();
  const std::vector<float> weights = file.floats("out.weight", {width, labels});
  std::vector<float> transposed(weights.size());
  for (int i = 0; i < width; ++i) {
    for (int o = 0; o < labels; ++o)
      transposed[static_cast<std::size_t>(o * width + i)] = weights[static_cast<std::size_t>(i * labels + o)];
  }
  out_.pack(transposed, file.floats("out.bias", {labels}), labels, width);
}

std::shared_ptr<const Model> Model::load(const std::string& path) {
  return from(io::Safetensors::read(path));
}

std::shared_ptr<const Model> Model::from(const io::Safetensors& file) {
  const auto config = file.metadata().find("config");
  if (config == file.metadata().end())
    throw io::Error(file.file_name() + ": its metadata has no \"config\": this is no model of Continuo");
  return std::shared_ptr<const Model>(new Model(parse_config(config->second, file.file_name()), file));
}

State Model::start() const {
  State state;
  std::size_t size = 0;
  for (const int cell : config_.cells) size += 2 * padded(cell);
  state.memory.assign(size, 0);
  state.logits.assign(padded(representation_.labels()), 0);
  return state;
}

std::size_t Model::scratch_floats() const noexcept {
  std::size_t size = 0;
  for (const nn::Lstm& cell : cells_) size = std::max(size, cell.scratch_floats());
  return size;
}

void Model::step(std::span<const nn::Element> input, State& state, float* scratch) const noexcept {
  float* memory = state.memory.data();
  const float* below = nullptr;
  for (const nn::Lstm& cell : cells_) {
    float* h = memory + padded(cell.hidden());
    below == nullptr ? cell.step(input, memory, h, scratch) : cell.step(below, memory, h, scratch);
    below = h;
    memory = h + padded(cell.hidden());
  }
  out_.multiply(below, state.logits.data());
}

}  // namespace continuo::musicrnn
