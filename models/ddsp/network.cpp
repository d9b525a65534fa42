#include "models/ddsp/network.h"

#include <cmath>

#include "models/ddsp/nodes.h"
#include "models/ddsp/noise_filter.h"

namespace continuo::ddsp {
namespace {

constexpr double kSlope = 0.2;     // of LeakyReLU
constexpr double kNoiseBias = -5;  // the head's start for noise: quiet
constexpr double kLog10 = 2.302585093;

torch::nn::LayerNorm layer_norm(int width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-5));
}

torch::Tensor as_row(const std::vector<float>& values) {
  return torch::tensor(values).unsqueeze(0);
}

}  // namespace

torch::Tensor exp_sigmoid(const torch::Tensor& x) {
  return 2 * torch::exp(torch::log_sigmoid(x) * kLog10) + 1e-7;
}

NetworkImpl::NetworkImpl(const NetworkShape& shape) : shape_(shape) {
  const int c = shape.channels, g = shape.hidden;
  pitch_linear_ = register_module("pitch_linear", torch::nn::Linear(1, c));
  pitch_norm_ = register_module("pitch_norm", layer_norm(c));
  power_linear_ = register_module("power_linear", torch::nn::Linear(1, c));
  power_norm_ = register_module("power_norm", layer_norm(c));
  gru_input_ = register_module("gru_input", torch::nn::Linear(2 * c, 3 * g));
  gru_state_ = register_module("gru_state", torch::nn::Linear(g, 3 * g));
  out_linear_ = register_module("out_linear", torch::nn::Linear(2 * c + g, c));
  out_norm_ = register_module("out_norm", layer_norm(c));
  head_ = register_module("head", torch::nn::Linear(c, 1 + shape.harmonics + shape.noise_bands));
  torch::NoGradGuard no_grad;
  const double bound = 1.0 / std::sqrt(static_cast<double>(g));  // as torch::nn::GRU starts
  for (auto& layer : {gru_input_, gru_state_}) {
    for (auto& p : layer->parameters()) torch::nn::init::uniform_(p, -bound, bound);
  }
  head_->bias.narrow(0, 1 + shape.harmonics, shape.noise_bands).add_(kNoiseBias);
  harmonic_numbers_ = torch::arange(1, shape.harmonics + 1, torch::kFloat32);
  response_map_ = torch::tensor(noise_response_map(shape.noise_bands))
                      .view({shape.noise_bands, noise_taps(shape.noise_bands)});
}

torch::Tensor NetworkImpl::dense(const torch::Tensor& x, const torch::nn::Linear& linear,
                                 const torch::nn::LayerNorm& norm) const {
  namespace F = torch::nn::functional;
  const auto y =
      F::layer_norm(F::linear(x, linear->weight, linear->bias),
                    F::LayerNormFuncOptions({linear->weight.size(0)}).weight(norm->weight).bias(norm->bias));
  return F::leaky_relu(y, F::LeakyReLUFuncOptions().negative_slope(kSlope));
}

Controls NetworkImpl::forward(const torch::Tensor& midi, const torch::Tensor& db) {
  // Time first, as the GRU walks.
  const auto pitch = midi.t().contiguous().unsqueeze(2), power = db.t().contiguous().unsqueeze(2);
  const auto features = torch::cat(
      {dense(pitch / 127, pitch_linear_, pitch_norm_), dense(power / 80 + 1, power_linear_, power_norm_)}, 2);
  const auto states = gru_sequence(gru_input_->forward(features), gru_state_->weight, gru_state_->bias);
  const auto y = head_->forward(dense(torch::cat({features, states}, 2), out_linear_, out_norm_));
  const auto positive = exp_sigmoid(y).transpose(0, 1);  // [N, T, 1 + H + B]
  const int64_t h = shape_.harmonics;
  const auto f0 = 440 * torch::exp2((midi - 69) / 12).unsqueeze(2);
  const auto below = (f0 * harmonic_numbers_ < shape_.sample_rate / 2.0).to(torch::kFloat32);
  auto distribution = positive.narrow(2, 1, h) * below;
  distribution = distribution / distribution.sum(2, true).clamp_min(1e-12);
  return {positive.narrow(2, 0, 1) * distribution, positive.narrow(2, 1 + h, shape_.noise_bands)};
}

torch::Tensor NetworkImpl::synthesise(const Controls& controls, const torch::Tensor& midi,
                                      const torch::Tensor& white) const {
  const auto f0 = 440 * torch::exp2((midi - 69) / 12);
  const auto responses = torch::matmul(controls.noise, response_map_);
  return harmonic_audio(controls.amplitudes, f0, shape_.hop, shape_.sample_rate) +
         noise_audio(responses, white, shape_.hop);
}

std::vector<std::pair<std::string, torch::Tensor>> NetworkImpl::named() const {
  return {{"pitch.linear.weight", pitch_linear_->weight},
          {"pitch.linear.bias", pitch_linear_->bias},
          {"pitch.norm.weight", pitch_norm_->weight},
          {"pitch.norm.bias", pitch_norm_->bias},
          {"power.linear.weight", power_linear_->weight},
          {"power.linear.bias", power_linear_->bias},
          {"power.norm.weight", power_norm_->weight},
          {"power.norm.bias", power_norm_->bias},
          {"gru.weight_ih", gru_input_->weight},
          {"gru.bias_ih", gru_input_->bias},
          {"gru.weight_hh", gru_state_->weight},
          {"gru.bias_hh", gru_state_->bias},
          {"out.linear.weight", out_linear_->weight},
          {"out.linear.bias", out_linear_->bias},
          {"out.norm.weight", out_norm_->weight},
          {"out.norm.bias", out_norm_->bias},
          {"head.weight", head_->weight},
          {"head.bias", head_->bias}};
}

ControlFrames run_network(Network& network, const std::vector<float>& midi, const std::vector<float>& db) {
  torch::NoGradGuard no_grad;
  const Controls controls = network->forward(as_row(midi), as_row(db));
  const auto a = controls.amplitudes.contiguous(), n = controls.noise.contiguous();
  ControlFrames frames;
  frames.amplitudes.assign(a.data_ptr<float>(), a.data_ptr<float>() + a.numel());
  frames.noise.assign(n.data_ptr<float>(), n.data_ptr<float>() + n.numel());
  return frames;
}

std::vector<float> render(Network& network, const std::vector<float>& midi, const std::vector<float>& db,
                          unsigned long long noise_seed) {
  torch::NoGradGuard no_grad;
  std::vector<float> white(midi.size() * static_cast<std::size_t>(network->shape().hop));
  fill_white_noise(noise_seed, white);
  const auto pitch = as_row(midi);
  const auto audio =
      network->synthesise(network->forward(pitch, as_row(db)), pitch, as_row(white)).contiguous();
  return {audio.data_ptr<float>(), audio.data_ptr<float>() + audio.numel()};
}

}  // namespace continuo::ddsp
