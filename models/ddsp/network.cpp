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

constexpr int kReverbHop = 480, kReverbBands = 17;
constexpr double kReverbBias = -4, kReverbDecay = 4;  // its start: quiet, and falling as rooms do

// A product of small primes, for the FFT.
int64_t fast_size(int64_t least) {
  for (int64_t size = (least + 959) / 960 * 960;; size += 960) {
    int64_t rest = size;
    for (const int64_t p : {2, 3, 5}) {
      while (rest % p == 0) rest /= p;
    }
    if (rest == 1) return size;
  }
}

torch::Tensor as_row(const std::vector<float>& values) {
  return torch::tensor(values).unsqueeze(0);
}

torch::Tensor as_frames(const std::vector<float>& values, int width) {
  if (values.empty() || width == 0) return {};
  return torch::tensor(values).view({1, -1, width});
}

}  // namespace

torch::Tensor exp_sigmoid(const torch::Tensor& x) {
  return 2 * torch::exp(torch::log_sigmoid(x) * kLog10) + 1e-7;
}

NetworkImpl::NetworkImpl(const NetworkShape& shape) : shape_(shape) {
  const int c = shape.channels, g = shape.hidden, inputs = shape.spaces.empty() ? 2 : 3;
  pitch_linear_ = register_module("pitch_linear", torch::nn::Linear(1, c));
  pitch_norm_ = register_module("pitch_norm", layer_norm(c));
  power_linear_ = register_module("power_linear", torch::nn::Linear(1, c));
  power_norm_ = register_module("power_norm", layer_norm(c));
  gru_input_ = register_module("gru_input", torch::nn::Linear(inputs * c, 3 * g));
  gru_state_ = register_module("gru_state", torch::nn::Linear(g, 3 * g));
  out_linear_ = register_module("out_linear", torch::nn::Linear(inputs * c + g, c));
  out_norm_ = register_module("out_norm", layer_norm(c));
  head_ = register_module("head", torch::nn::Linear(c, 1 + shape.harmonics + shape.noise_bands));
  torch::NoGradGuard no_grad;
  const double bound = 1.0 / std::sqrt(static_cast<double>(g));  // as torch::nn::GRU starts
  for (auto& layer : {gru_input_, gru_state_}) {
    for (auto& p : layer->parameters()) torch::nn::init::uniform_(p, -bound, bound);
  }
  head_->bias.narrow(0, 1 + shape.harmonics, shape.noise_bands).add_(kNoiseBias);
  add_spaces();
  add_reverb();
  harmonic_numbers_ = torch::arange(1, shape.harmonics + 1, torch::kFloat32);
  response_map_ = torch::tensor(noise_response_map(shape.noise_bands))
                      .view({shape.noise_bands, noise_taps(shape.noise_bands)});
}

void NetworkImpl::add_spaces() {
  if (shape_.spaces.empty()) return;
  space_linear_ = register_module("space_linear", torch::nn::Linear(shape_.space_size(), shape_.channels));
  space_norm_ = register_module("space_norm", layer_norm(shape_.channels));
  for (const SpaceShape& space : shape_.spaces) {
    if (space.learned) {
      tables_.emplace_back();
      encoder_ = register_module("encoder", Encoder(shape_.encoder_width, space.size));
      quantiser_ = register_module("quantiser", Quantiser(space.codes, space.size));
    } else {
      tables_.push_back(
          register_parameter("table_" + space.name, 0.5 * torch::randn({space.codes, space.size})));
    }
  }
}

// Noise filtered frame by frame, as in magenta's FilteredNoiseReverb: few weights, no echoes of the data.
void NetworkImpl::add_reverb() {
  const auto frames = static_cast<int64_t>(shape_.reverb_s * shape_.sample_rate / kReverbHop);
  if (frames == 0) return;
  auto fall = torch::linspace(kReverbBias, kReverbBias - kReverbDecay, frames).unsqueeze(1);
  reverb_ = register_parameter("reverb", fall.expand({frames, kReverbBands}).clone());
  std::vector<float> white(static_cast<std::size_t>(frames * kReverbHop));
  fill_white_noise(1, white);
  reverb_white_ = as_row(white);
  reverb_response_map_ =
      torch::tensor(noise_response_map(kReverbBands)).view({kReverbBands, noise_taps(kReverbBands)});
}

torch::Tensor NetworkImpl::impulse_response() const {
  if (!reverb_.defined()) return response_;
  const auto responses = torch::matmul(exp_sigmoid(reverb_), reverb_response_map_).unsqueeze(0);
  auto response = noise_audio(responses, reverb_white_, kReverbHop)[0];
  return torch::cat({torch::zeros({1}), response.narrow(0, 1, response.size(0) - 1)});
}

torch::Tensor NetworkImpl::codebook(std::size_t space) const {
  return shape_.spaces[space].learned ? quantiser_->codebook() : tables_[space];
}

torch::Tensor NetworkImpl::dense(const torch::Tensor& x, const torch::nn::Linear& linear,
                                 const torch::nn::LayerNorm& norm) const {
  namespace F = torch::nn::functional;
  const auto y =
      F::layer_norm(F::linear(x, linear->weight, linear->bias),
                    F::LayerNormFuncOptions({linear->weight.size(0)}).weight(norm->weight).bias(norm->bias));
  return F::leaky_relu(y, F::LeakyReLUFuncOptions().negative_slope(kSlope));
}

Controls NetworkImpl::forward(const torch::Tensor& midi, const torch::Tensor& db,
                              const torch::Tensor& space) {
  // Time first, as the GRU walks.
  const auto pitch = midi.t().contiguous().unsqueeze(2), power = db.t().contiguous().unsqueeze(2);
  std::vector<torch::Tensor> inputs = {dense(pitch / 127, pitch_linear_, pitch_norm_),
                                       dense(power / 80 + 1, power_linear_, power_norm_)};
  if (!shape_.spaces.empty()) {
    const auto vectors = space.defined() ? space.transpose(0, 1).contiguous()
                                         : torch::zeros({pitch.size(0), pitch.size(1), shape_.space_size()});
    inputs.push_back(dense(vectors, space_linear_, space_norm_));
  }
  const auto features = torch::cat(inputs, 2);
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
  const auto dry = harmonic_audio(controls.amplitudes, f0, shape_.hop, shape_.sample_rate) +
                   noise_audio(responses, white, shape_.hop);
  const auto response = impulse_response();
  if (!response.defined()) return dry;
  const int64_t length = dry.size(1), size = fast_size(length + response.size(0));
  const auto wet = torch::fft::irfft(torch::fft::rfft(dry, size) * torch::fft::rfft(response, size), size);
  return dry + wet.narrow(1, 0, length);
}

std::vector<std::pair<std::string, torch::Tensor>> NetworkImpl::named() const {
  std::vector<std::pair<std::string, torch::Tensor>> named = {{"pitch.linear.weight", pitch_linear_->weight},
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
  for (std::size_t i = 0; i < shape_.spaces.size(); ++i)
    named.emplace_back(shape_.spaces[i].name + ".codebook", codebook(i));
  if (!shape_.spaces.empty()) {
    named.emplace_back("space.linear.weight", space_linear_->weight);
    named.emplace_back("space.linear.bias", space_linear_->bias);
    named.emplace_back("space.norm.weight", space_norm_->weight);
    named.emplace_back("space.norm.bias", space_norm_->bias);
  }
  if (encoder_) {
    for (auto& tensor : encoder_->named()) named.push_back(tensor);
  }
  return named;
}

ControlFrames run_network(Network& network, const std::vector<float>& midi, const std::vector<float>& db,
                          const std::vector<float>& space) {
  torch::NoGradGuard no_grad;
  const Controls controls =
      network->forward(as_row(midi), as_row(db), as_frames(space, network->shape().space_size()));
  const auto a = controls.amplitudes.contiguous(), n = controls.noise.contiguous();
  ControlFrames frames;
  frames.amplitudes.assign(a.data_ptr<float>(), a.data_ptr<float>() + a.numel());
  frames.noise.assign(n.data_ptr<float>(), n.data_ptr<float>() + n.numel());
  return frames;
}

std::vector<float> render(Network& network, const std::vector<float>& midi, const std::vector<float>& db,
                          unsigned long long noise_seed, const std::vector<float>& space) {
  torch::NoGradGuard no_grad;
  std::vector<float> white(midi.size() * static_cast<std::size_t>(network->shape().hop));
  fill_white_noise(noise_seed, white);
  const auto pitch = as_row(midi);
  const auto controls = network->forward(pitch, as_row(db), as_frames(space, network->shape().space_size()));
  const auto audio = network->synthesise(controls, pitch, as_row(white)).contiguous();
  return {audio.data_ptr<float>(), audio.data_ptr<float>() + audio.numel()};
}

}  // namespace continuo::ddsp
