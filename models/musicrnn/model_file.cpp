#include "models/musicrnn/model_file.h"

#include "models/io/safetensors.h"

namespace continuo::musicrnn {
namespace {

// torch's rows i, f, g, o as TensorFlow's columns i, j, f, o.
torch::Tensor columns(const torch::Tensor& rows) {
  const auto gates = rows.chunk(4, 0);
  const auto ordered = torch::cat({gates[0], gates[2], gates[1], gates[3]}, 0);
  return ordered.dim() == 2 ? ordered.t().contiguous() : ordered.contiguous();
}

}  // namespace

void write_model(const std::filesystem::path& file, const Network& network, const nlohmann::json& config,
                 bool exact) {
  io::SafetensorsWriter writer;
  writer.set_metadata("config", config.dump());
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    const torch::Tensor t = tensor.detach().contiguous().to(torch::kFloat32);
    const std::span<const float> values{t.data_ptr<float>(), static_cast<std::size_t>(t.numel())};
    const std::vector<std::int64_t> shape(t.sizes().begin(), t.sizes().end());
    exact ? writer.add_f32(name, shape, values) : writer.add_f16(name, shape, values);
  };
  for (std::size_t i = 0; i < network->layers.size(); ++i) {
    const auto parameters = network->layers[i]->named_parameters();
    const auto of = [&](const char* name) { return parameters[name].detach(); };
    const std::string cell = "cell." + std::to_string(i) + ".";
    add(cell + "kernel", columns(torch::cat({of("weight_ih_l0"), of("weight_hh_l0")}, 1)));
    torch::Tensor bias = (of("bias_ih_l0") + of("bias_hh_l0")).clone();
    const int64_t hidden = bias.size(0) / 4;
    bias.narrow(0, hidden, hidden) -= 1;  // TensorFlow adds it
    add(cell + "bias", columns(bias));
  }
  add("out.weight", network->out->weight.t());
  add("out.bias", network->out->bias);
  writer.write(file.string());
}

}  // namespace continuo::musicrnn
