#include "models/musicrnn/inference/magenta.h"

#include <nlohmann/json.hpp>

#include "models/io/json.h"
#include "models/musicrnn/inference/model.h"

namespace continuo::musicrnn {
namespace {

using nlohmann::json;

std::string cells_of(bool attention) {
  return std::string("rnn/") + (attention ? "attention_cell_wrapper/" : "") + "multi_rnn_cell/cell_";
}

// Ours, TensorFlow's.
constexpr const char* kAttention[][2] = {{"input.kernel", "kernel"},
                                         {"input.bias", "bias"},
                                         {"v", "attention/attn_v"},
                                         {"query.kernel", "attention/kernel"},
                                         {"query.bias", "attention/bias"},
                                         {"output.kernel", "attention_output_projection/kernel"},
                                         {"output.bias", "attention_output_projection/bias"}};

json representation_of(const json& config) {
  const json converter = config.value("dataConverter", json::object());
  const std::string type = converter.is_object() ? converter.value("type", "") : "";
  const json arguments = converter.is_object() ? converter.value("args", json::object()) : json();
  if (type == "MelodyConverter" && arguments.is_object()) {
    const std::string chords = config.value("chordEncoder", "");
    const std::string name = chords.empty()                  ? "basic"
                             : chords == "PitchChordEncoder" ? "chord_pitches_improv"
                             : chords == "TriadChordEncoder" ? "improv"
                                                             : "";
    if (name.empty())
      throw io::Error("config.json: the chord encoder \"" + chords +
                      "\" is not known: PitchChordEncoder and TriadChordEncoder are");
    return {{"name", name},
            {"min_pitch", arguments.value("minPitch", 48)},
            {"max_pitch", arguments.value("maxPitch", 83)}};
  }
  if (type != "DrumsOneHotConverter")
    throw io::Error("config.json: the data converter \"" + type +
                    "\" is not known: MelodyConverter and DrumsOneHotConverter are");
  const json auxiliary = config.value("auxInputs", json::array());
  if (auxiliary.empty()) return {{"name", "drums_one_hot"}};
  if (auxiliary.size() == 1 && auxiliary[0].value("type", "") == "BinaryCounter" &&
      auxiliary[0].value("/args/numBits"_json_pointer, 0) == 6)
    return {{"name", "drums"}};
  throw io::Error("config.json: its auxInputs are " + auxiliary.dump() +
                  ": a BinaryCounter of 6 bits is known");
}

}  // namespace

io::SafetensorsWriter from_magenta(const io::Tfjs& checkpoint, const std::string& name,
                                   const std::string& source, const std::string& licence) {
  const json config = io::parse_json(checkpoint.config, "config.json");
  if (!config.is_object() || config.value("type", "") != "MusicRNN")
    throw io::Error("config.json: its type is " +
                    (config.is_object() ? config.value("type", json()).dump() : config.dump()) +
                    ": expected \"MusicRNN\"");
  const std::string wrapper = "rnn/attention_cell_wrapper/";
  const bool attention = checkpoint.weights.contains(wrapper + "kernel");
  json ours = {{"format", "continuo/1"},
               {"kind", "musicrnn"},
               {"name", name},
               {"representation", representation_of(config)},
               {"compatibility", "magenta-js"},
               {"source", source},
               {"licence", licence},
               {"cells", json::array()}};
  if (attention) ours["attention"] = {{"length", config.value("attentionLength", 0)}, {"layout", "stack"}};
  io::SafetensorsWriter out;
  for (int i = 0;; ++i) {
    const std::string cell = cells_of(attention) + std::to_string(i) + "/basic_lstm_cell/";
    const auto bias = checkpoint.weights.find(cell + "bias"),
               kernel = checkpoint.weights.find(cell + "kernel");
    if (bias == checkpoint.weights.end() || kernel == checkpoint.weights.end()) break;
    ours["cells"].push_back(bias->second.values.size() / 4);
    out.add_f32("cell." + std::to_string(i) + ".kernel", kernel->second.shape, kernel->second.values);
    out.add_f32("cell." + std::to_string(i) + ".bias", bias->second.shape, bias->second.values);
  }
  if (ours["cells"].empty())
    throw io::Error("the checkpoint has no weights \"" + cells_of(attention) + "0/basic_lstm_cell/kernel\"");
  const auto add = [&](const std::string& as, const std::string& wanted) {
    const auto found = checkpoint.weights.find(wanted);
    if (found == checkpoint.weights.end())
      throw io::Error("the checkpoint has no weights \"" + wanted + "\"");
    std::vector<std::int64_t> shape = found->second.shape;
    if (as == "attention.w" && shape.size() == 4)
      shape.erase(shape.begin(), shape.begin() + 2);  // a 1x1 convolution
    out.add_f32(as, shape, found->second.values);
  };
  if (attention) {
    add("attention.w", wrapper + "attention/attn_w");
    for (const auto& [to, from] : kAttention) add(std::string("attention.") + to, wrapper + from);
  }
  add("out.weight", "fully_connected/weights");
  add("out.bias", "fully_connected/biases");
  out.set_metadata("config", ours.dump());
  // Refuses shapes that do not fit one another, with the reason.
  (void)Model::from(io::Safetensors::parse(name, out.bytes()));
  return out;
}

io::Tfjs to_magenta(const io::Safetensors& model) {
  const auto found = model.metadata().find("config");
  if (found == model.metadata().end())
    throw io::Error(model.file_name() + ": its metadata has no \"config\"");
  const Config config = parse_config(found->second, model.file_name());
  const Settings& s = config.settings;
  json theirs = {{"type", "MusicRNN"}};
  if (s.name == "basic" || s.name == "mono" || s.name == "improv" || s.name == "chord_pitches_improv") {
    theirs["dataConverter"] = {{"type", "MelodyConverter"},
                               {"args", {{"minPitch", s.min_pitch}, {"maxPitch", s.max_pitch}}}};
    if (s.name == "improv") theirs["chordEncoder"] = "TriadChordEncoder";
    if (s.name == "chord_pitches_improv") theirs["chordEncoder"] = "PitchChordEncoder";
  } else if (s.name == "drums" || s.name == "drums_one_hot") {
    theirs["dataConverter"] = {{"type", "DrumsOneHotConverter"}, {"args", json::object()}};
    if (s.name == "drums") theirs["auxInputs"] = {{{"type", "BinaryCounter"}, {"args", {{"numBits", 6}}}}};
  } else {
    throw io::Error(model.file_name() + ": @magenta/music has no representation \"" + s.name +
                    "\"; it has basic, mono, improv, chord_pitches_improv, drums and drums_one_hot");
  }
  if (config.attention > 0) theirs["attentionLength"] = config.attention;
  io::Tfjs out;
  out.config = theirs.dump(2);
  const auto add = [&](const std::string& as, const std::string& name) {
    const io::Tensor* tensor = model.find(name);
    if (tensor == nullptr) throw io::Error(model.file_name() + ": there is no tensor \"" + name + "\"");
    std::vector<std::int64_t> shape = tensor->shape;
    std::vector<float> values;
    if (shape.size() == 2) values = model.floats(name, {shape[0], shape[1]});
    if (shape.size() == 1) values = model.vector(name);
    if (name == "attention.w") shape.insert(shape.begin(), {1, 1});
    out.weights[as] = {shape, std::move(values)};
  };
  for (std::size_t i = 0; i < config.cells.size(); ++i) {
    const std::string theirs_cell = cells_of(config.attention > 0) + std::to_string(i) + "/basic_lstm_cell/";
    add(theirs_cell + "kernel", "cell." + std::to_string(i) + ".kernel");
    add(theirs_cell + "bias", "cell." + std::to_string(i) + ".bias");
  }
  if (config.attention > 0) {
    add("rnn/attention_cell_wrapper/attention/attn_w", "attention.w");
    for (const auto& [name, as] : kAttention)
      add(std::string("rnn/attention_cell_wrapper/") + as, std::string("attention.") + name);
  }
  add("fully_connected/weights", "out.weight");
  add("fully_connected/biases", "out.bias");
  return out;
}

}  // namespace continuo::musicrnn
