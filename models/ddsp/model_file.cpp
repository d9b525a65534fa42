#include "models/ddsp/model_file.h"

#include "models/data/features.h"
#include "models/ddsp/inference/config.h"
#include "models/io/safetensors.h"

namespace continuo::ddsp {

nlohmann::json model_config(const std::string& name, const NetworkShape& shape, const nlohmann::json& about) {
  const data::FeatureSpec features = data::feature_spec(shape.sample_rate, shape.hop);
  nlohmann::json config = about;
  config["format"] = "continuo/1";
  config["kind"] = "ddsp";
  config["name"] = name;
  config["sample_rate"] = shape.sample_rate;
  config["hop"] = shape.hop;
  config["channels"] = shape.channels;
  config["hidden"] = shape.hidden;
  config["harmonics"] = shape.harmonics;
  config["noise_bands"] = shape.noise_bands;
  // Hann-weighted mean square over `window` samples, centred on the frame.
  config["power"] = {{"window", features.power.window}, {"floor_db", features.power.floor_db}};
  const auto number = [](float v) { return std::stod(std::to_string(v)); };
  config["pitch"] = {{"min_hz", features.pitch.min_hz},
                     {"max_hz", features.pitch.max_hz},
                     {"window_ms", features.pitch.window_ms},
                     {"voiced_below", number(features.pitch.voiced_below)},
                     {"silence_db", features.pitch.silence_db}};
  return config;
}

void write_model(const std::filesystem::path& file, Network& network, const nlohmann::json& config) {
  torch::NoGradGuard no_grad;
  io::SafetensorsWriter writer;
  writer.set_metadata("config", config.dump());
  for (auto& [name, tensor] : network->named()) {
    tensor.copy_(tensor.to(torch::kFloat16).to(torch::kFloat32));
    const auto flat = tensor.contiguous();
    writer.add_f16(name, tensor.sizes().vec(),
                   {flat.data_ptr<float>(), static_cast<std::size_t>(flat.numel())});
  }
  if (const auto response = network->impulse_response(); response.defined()) {
    const auto flat = response.contiguous();
    writer.add_f16("reverb.ir", {flat.size(0)},
                   {flat.data_ptr<float>(), static_cast<std::size_t>(flat.numel())});
  }
  writer.write(file.string());
}

Network read_model(const std::filesystem::path& file) {
  const io::Safetensors source = io::Safetensors::read(file.string());
  const Config config = read_config(source);
  NetworkShape shape;
  shape.sample_rate = config.sample_rate;
  shape.hop = config.hop;
  shape.channels = config.channels;
  shape.hidden = config.hidden;
  shape.harmonics = config.harmonics;
  shape.noise_bands = config.noise_bands;
  for (std::size_t i = 0; i < config.spaces.size(); ++i) {
    const Space& space = config.spaces[i];
    shape.spaces.push_back(
        {space.name, space.size, space.codes, config.encoder.space == static_cast<int>(i)});
  }
  shape.encoder_width = config.encoder.width;
  Network network(shape);
  torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : network->named()) {
    const std::vector<float> values = tensor.dim() == 1
                                          ? source.floats(name, {tensor.size(0)})
                                          : source.floats(name, {tensor.size(0), tensor.size(1)});
    tensor.copy_(torch::tensor(values).view(tensor.sizes()));
  }
  if (source.find("reverb.ir")) network->set_impulse_response(torch::tensor(source.vector("reverb.ir")));
  return network;
}

}  // namespace continuo::ddsp
