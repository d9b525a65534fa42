// Parity with LibTorch: its own Linear, LayerNorm and GRU, with our model's weights, 200 frames, within 1e-4.
#include <torch/torch.h>

// Catch2 last: LibTorch has a CHECK of its own.
#undef CHECK
#include <catch2/catch.hpp>

#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/inference/random_model.h"

using namespace continuo::ddsp;

namespace {

// The same topology from torch::nn modules.
struct TorchNetwork {
  TorchNetwork(const continuo::io::Safetensors& source, const Config& settings)
      : file(source), config(settings) {
    const std::int64_t c = config.channels, g = config.hidden;
    load(pitch_linear->weight, "pitch.linear.weight");
    load(pitch_linear->bias, "pitch.linear.bias");
    load(pitch_norm->weight, "pitch.norm.weight");
    load(pitch_norm->bias, "pitch.norm.bias");
    load(power_linear->weight, "power.linear.weight");
    load(power_linear->bias, "power.linear.bias");
    load(power_norm->weight, "power.norm.weight");
    load(power_norm->bias, "power.norm.bias");
    auto parameters = gru->named_parameters();
    load(parameters["weight_ih_l0"], "gru.weight_ih");
    load(parameters["weight_hh_l0"], "gru.weight_hh");
    load(parameters["bias_ih_l0"], "gru.bias_ih");
    load(parameters["bias_hh_l0"], "gru.bias_hh");
    load(out_linear->weight, "out.linear.weight");
    load(out_linear->bias, "out.linear.bias");
    load(out_norm->weight, "out.norm.weight");
    load(out_norm->bias, "out.norm.bias");
    load(head->weight, "head.weight");
    load(head->bias, "head.bias");
    REQUIRE(out_linear->weight.size(1) == 2 * c + g);
  }

  void load(torch::Tensor& parameter, const char* name) const {
    const auto* tensor = file.find(name);
    REQUIRE(tensor);
    const auto values = tensor->shape.size() == 1 ? file.floats(name, {tensor->shape[0]})
                                                  : file.floats(name, {tensor->shape[0], tensor->shape[1]});
    torch::NoGradGuard no_gradient;
    const torch::Tensor copied = torch::tensor(values).view(tensor->shape);
    REQUIRE(parameter.sizes() == copied.sizes());
    parameter.copy_(copied);
  }

  // midi, db: [frames]. Gives [frames, harmonics + noise bands].
  torch::Tensor run(const torch::Tensor& midi, const torch::Tensor& db) {
    torch::NoGradGuard no_gradient;
    const auto layer = [](torch::nn::Linear& linear, torch::nn::LayerNorm& norm, const torch::Tensor& x) {
      return torch::leaky_relu(norm(linear(x)), 0.2);
    };
    const auto pitch = layer(pitch_linear, pitch_norm, (midi / 127).unsqueeze(1));
    const auto power = layer(power_linear, power_norm, (db / 80 + 1).unsqueeze(1));
    const auto features = torch::cat({pitch, power}, 1);
    const auto recurrent = std::get<0>(gru(features.unsqueeze(0))).squeeze(0);
    const auto controls = head(layer(out_linear, out_norm, torch::cat({features, recurrent}, 1)));
    const auto scaled = 2 * torch::sigmoid(controls).pow(std::log(10.0)) + 1e-7;
    const auto number = torch::arange(1, config.harmonics + 1).unsqueeze(0);
    const auto f0 = (440 * torch::pow(2.0, (midi - 69) / 12)).unsqueeze(1);
    auto distribution = scaled.slice(1, 1, 1 + config.harmonics) * (number * f0 < config.sample_rate / 2.0);
    distribution = distribution / distribution.sum(1, true) * scaled.slice(1, 0, 1);
    return torch::cat({distribution, scaled.slice(1, 1 + config.harmonics)}, 1);
  }

  const continuo::io::Safetensors& file;
  const Config& config;
  torch::nn::Linear pitch_linear{1, config.channels}, power_linear{1, config.channels};
  torch::nn::LayerNorm pitch_norm{torch::nn::LayerNormOptions({config.channels})};
  torch::nn::LayerNorm power_norm{torch::nn::LayerNormOptions({config.channels})};
  torch::nn::GRU gru{torch::nn::GRUOptions(2 * config.channels, config.hidden).batch_first(true)};
  torch::nn::Linear out_linear{2 * config.channels + config.hidden, config.channels};
  torch::nn::LayerNorm out_norm{torch::nn::LayerNormOptions({config.channels})};
  torch::nn::Linear head{config.channels, 1 + config.harmonics + config.noise_bands};
};

double largest_difference(const RandomModelSpec& spec, continuo::nn::Isa isa) {
  const auto file = continuo::io::Safetensors::parse("random", random_model(spec).bytes());
  const auto model = Model::from(file, isa);
  constexpr int kFrames = 200;
  std::vector<float> midi, db;
  for (int t = 0; t < kFrames; ++t) {
    midi.push_back(60.0f + 24 * std::sin(0.05f * float(t)));
    db.push_back(-40.0f + 38 * std::sin(0.11f * float(t)));
  }
  TorchNetwork torch_network(file, model->config());
  const auto expected = torch_network.run(torch::tensor(midi), torch::tensor(db)).contiguous();

  Decoder decoder;
  decoder.prepare(model, 1);
  State state;
  state.prepare(*model);
  ControlFrame frame;
  State* states[] = {&state};
  ControlFrame* frames[] = {&frame};
  double worst = 0;
  for (int t = 0; t < kFrames; ++t) {
    const VoiceInput input{midi[std::size_t(t)], db[std::size_t(t)]};
    decoder.step({&input, 1}, states, frames);
    const float* row = expected.data_ptr<float>() + t * (spec.harmonics + spec.noise_bands);
    for (int k = 0; k < spec.harmonics; ++k)
      worst = std::max(worst, std::abs(double(row[k]) - frame.harmonics[k]));
    for (int b = 0; b < spec.noise_bands; ++b)
      worst = std::max(worst, std::abs(double(row[spec.harmonics + b]) - frame.noise[b]));
  }
  return worst;
}

}  // namespace

TEST_CASE("the decoder is LibTorch's network within 1e-4") {
  torch::set_num_threads(1);
  for (const auto isa : continuo::nn::supported_isas()) {
    for (const auto& [channels, hidden] : {std::pair{16, 32}, {64, 128}, {128, 256}, {33, 70}}) {
      RandomModelSpec spec;
      spec.channels = channels;
      spec.hidden = hidden;
      spec.harmonics = channels == 33 ? 128 : 60;
      const double difference = largest_difference(spec, isa);
      WARN(continuo::nn::name(isa) << " C " << channels << " G " << hidden << ": " << difference);
      CHECK(difference < 1e-4);
    }
  }
}
