#include "models/musicrnn/inference/model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "models/io/json.h"
#include "models/nn/functions.h"

namespace continuo::musicrnn {
namespace {

constexpr std::size_t kMostLayers = 8;
constexpr int kWidest = 4096;

// So that each layer's c and h are aligned.
std::size_t padded(int count) {
  return (static_cast<std::size_t>(count) + 15) / 16 * 16;
}

// A matrix of TensorFlow's, [columns, rows], as ours.
nn::Matrix packed(std::span<const float> weights, std::span<const float> bias, int rows, int columns) {
  std::vector<float> transposed(weights.size());
  for (int i = 0; i < columns; ++i) {
    for (int o = 0; o < rows; ++o)
      transposed[static_cast<std::size_t>(o * columns + i)] = weights[static_cast<std::size_t>(i * rows + o)];
  }
  nn::Matrix matrix;
  matrix.pack(transposed, bias, rows, columns);
  return matrix;
}

Settings settings_of(const nlohmann::json& root, const std::string& file) {
  const auto found = root.find("representation");
  if (found == root.end() || !found->is_object() || !found->contains("name") || !(*found)["name"].is_string())
    throw io::Error(file + ": \"representation\" is missing: expected an object with a \"name\"");
  try {
    Settings settings = preset((*found)["name"].get<std::string>());
    settings.min_pitch = found->value("min_pitch", settings.min_pitch);
    settings.max_pitch = found->value("max_pitch", settings.max_pitch);
    const std::string like = root.value("compatibility", "none");
    if (like != "none" && like != "magenta-js")
      throw std::runtime_error("compatibility is \"" + like + "\": expected none or magenta-js");
    if (like == "magenta-js") settings.compatibility = Compatibility::kMagentaJs;
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
  if (const nlohmann::json attention = root.value("attention", nlohmann::json()); !attention.is_null()) {
    const nlohmann::json length =
        attention.is_object() ? attention.value("length", nlohmann::json()) : nlohmann::json();
    if (!length.is_number_integer() || length.get<int>() < 1 || length.get<int>() > 1024)
      throw io::Error(file + ": \"attention\" is " + attention.dump() + ": expected {\"length\": 1 to 1024}");
    config.attention = length.get<int>();
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
                               file.floats(name + ".bias", {4 * hidden}), width, hidden,
                               i == 0 && config_.attention == 0);
    width = hidden;
  }
  if (config_.attention > 0) {
    const int in = representation_.inputs(), a = width;
    int states = 0;
    for (const int cell : config_.cells) states += 2 * cell;
    const std::vector<float> input = file.floats("attention.input.kernel", {in + a, in});
    const auto split = input.begin() + static_cast<std::ptrdiff_t>(in) * in;
    attention_.input_rows.assign(input.begin(), split);
    attention_.input_context = packed({split, input.end()}, file.floats("attention.input.bias", {in}), in, a);
    attention_.keys = packed(file.floats("attention.w", {a, a}), {}, a, a);
    // @magenta/music never adds this bias.
    std::vector<float> bias = file.floats("attention.query.bias", {a});
    if (config_.settings.compatibility == Compatibility::kMagentaJs) std::fill(bias.begin(), bias.end(), 0.f);
    attention_.query = packed(file.floats("attention.query.kernel", {states, a}), bias, a, states);
    attention_.output = packed(file.floats("attention.output.kernel", {2 * a, a}),
                               file.floats("attention.output.bias", {a}), a, 2 * a);
    attention_.scores = file.floats("attention.v", {a});
  }
  const int labels = representation_.labels();
  out_ = packed(file.floats("out.weight", {width, labels}), file.floats("out.bias", {labels}), labels, width);
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
  const std::size_t a = config_.attention == 0 ? 0 : padded(config_.cells.back());
  state.context.assign(a, 0);
  state.outputs.assign(a * static_cast<std::size_t>(config_.attention), 0);
  state.keys = state.outputs;
  return state;
}

std::size_t Model::scratch_floats() const noexcept {
  std::size_t size = 0;
  for (const nn::Lstm& cell : cells_) size = std::max(size, cell.scratch_floats());
  if (config_.attention == 0) return size;
  std::size_t states = 0;
  for (const int cell : config_.cells) states += 2 * static_cast<std::size_t>(cell);
  const std::size_t a = padded(config_.cells.back());
  return size + padded(representation_.inputs()) + padded(static_cast<int>(states)) + 4 * a +
         padded(config_.attention);
}

// What the stack's state asks for of the outputs of late, and the output that comes of it, in place of the
// context's row of scratch; the logits are of that.
void Model::attend(State& state, float* scratch, const float* top) const noexcept {
  const int a = config_.cells.back(), length = config_.attention;
  const std::size_t stride = padded(a);
  float* both = scratch;  // the top layer's output and the context
  float* query = both + 2 * stride;
  float* weights = query + stride;
  float* states = weights + padded(length);
  const float* memory = state.memory.data();
  float* next = states;
  for (const nn::Lstm& cell : cells_) {
    const std::size_t hidden = padded(cell.hidden());
    next = std::copy_n(memory, cell.hidden(), next);
    next = std::copy_n(memory + hidden, cell.hidden(), next);
    memory += 2 * hidden;
  }
  attention_.query.multiply(states, query);
  float most = -1e30f, sum = 0;
  float* reach = states;  // as the states are used up
  for (int k = 0; k < length; ++k) {
    const float* key = state.keys.data() + static_cast<std::size_t>(k) * stride;
    for (int d = 0; d < a; ++d) reach[d] = key[d] + query[d];
    nn::tanh({reach, static_cast<std::size_t>(a)});
    weights[k] = 0;
    for (int d = 0; d < a; ++d) weights[k] += attention_.scores[static_cast<std::size_t>(d)] * reach[d];
    most = std::max(most, weights[k]);
  }
  for (int k = 0; k < length; ++k) sum += weights[k] = std::exp(weights[k] - most);
  std::fill(state.context.begin(), state.context.end(), 0.f);
  for (int k = 0; k < length; ++k) {
    const float* output = state.outputs.data() + static_cast<std::size_t>(k) * stride;
    for (int d = 0; d < a; ++d) state.context[static_cast<std::size_t>(d)] += weights[k] / sum * output[d];
  }
  std::copy_n(top, a, both);
  std::copy_n(state.context.data(), a, both + a);
  float* output = state.outputs.data() + static_cast<std::size_t>(state.oldest) * stride;
  attention_.output.multiply(both, output);
  attention_.keys.multiply(output, state.keys.data() + static_cast<std::size_t>(state.oldest) * stride);
  out_.multiply(output, state.logits.data());
  state.oldest = (state.oldest + 1) % length;
}

void Model::step(std::span<const nn::Element> input, State& state, float* scratch) const noexcept {
  float* memory = state.memory.data();
  const float* below = nullptr;
  if (config_.attention > 0) {
    const int in = representation_.inputs();
    float* mixed = scratch;
    scratch += padded(in);
    attention_.input_context.multiply(state.context.data(), mixed);
    for (const nn::Element& element : input) {
      const float* row = attention_.input_rows.data() +
                         static_cast<std::size_t>(element.index) * static_cast<std::size_t>(in);
      for (int i = 0; i < in; ++i) mixed[i] += element.value * row[i];
    }
    below = mixed;
  }
  for (const nn::Lstm& cell : cells_) {
    float* h = memory + padded(cell.hidden());
    below == nullptr ? cell.step(input, memory, h, scratch) : cell.step(below, memory, h, scratch);
    below = h;
    memory = h + padded(cell.hidden());
  }
  config_.attention > 0 ? attend(state, scratch, below) : out_.multiply(below, state.logits.data());
}

}  // namespace continuo::musicrnn
