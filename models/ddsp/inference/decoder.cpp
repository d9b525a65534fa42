// Loading and stepping the DDSP network, see decoder.h.
#include "models/ddsp/inference/decoder.h"

#include <algorithm>
#include <cmath>

#include "models/nn/functions.h"

namespace continuo::ddsp {
namespace {

constexpr float kSlope = 0.2f;
constexpr float kEpsilon = 1e-5f;
constexpr int kLargestBatch = 64;

std::size_t round_up_16(std::size_t n) noexcept {
  return (n + 15) / 16 * 16;
}

// Far outside of anything musical, but keeps every sum of the network finite.
float bounded(float value, float otherwise) noexcept {
  return std::isfinite(value) ? std::clamp(value, -10'000.0f, 10'000.0f) : otherwise;
}

}  // namespace

Model::Model(Config config, const io::Safetensors& file, nn::Isa isa)
    : config_(std::move(config)), shapes_(config_), isa_(isa) {
  const int c = config_.channels, g = config_.hidden;
  const int controls = 1 + config_.harmonics + config_.noise_bands;
  const auto input = [&](const std::string& name) {
    return Input{file.floats(name + ".linear.weight", {c, 1}), file.floats(name + ".linear.bias", {c}),
                 file.floats(name + ".norm.weight", {c}), file.floats(name + ".norm.bias", {c})};
  };
  pitch_ = input("pitch");
  power_ = input("power");
  for (const Space& space : config_.spaces)
    codebooks_.push_back(file.floats(space.name + ".codebook", {space.codes, space.size}));
  if (!config_.spaces.empty()) {
    const int size = config_.space_size();
    space_.pack(file.floats("space.linear.weight", {c, size}), file.floats("space.linear.bias", {c}), c, size,
                isa);
    space_norm_weight_ = file.floats("space.norm.weight", {c});
    space_norm_bias_ = file.floats("space.norm.bias", {c});
  }
  const int dense = inputs() * c;  // features of all inputs
  const auto weight_ih = file.floats("gru.weight_ih", {3 * g, dense});
  const auto weight_hh = file.floats("gru.weight_hh", {3 * g, g});
  gru_.pack({weight_ih, weight_hh, file.floats("gru.bias_ih", {3 * g}), file.floats("gru.bias_hh", {3 * g})},
            dense, g, isa);
  out_.pack(file.floats("out.linear.weight", {c, dense + g}), file.floats("out.linear.bias", {c}), c,
            dense + g, isa);
  out_norm_weight_ = file.floats("out.norm.weight", {c});
  out_norm_bias_ = file.floats("out.norm.bias", {c});
  head_.pack(file.floats("head.weight", {controls, c}), file.floats("head.bias", {controls}), controls, c,
             isa);
  if (config_.encoder.space >= 0) encoder_.emplace(file, config_, isa);
  if (file.find("reverb.ir")) {
    reverb_ = file.vector("reverb.ir");
    const auto longest = std::size_t(config_.sample_rate) * 10;
    if (reverb_.empty() || reverb_.size() > longest)
      throw io::Error(file.file_name() + ": tensor \"reverb.ir\" has " + std::to_string(reverb_.size()) +
                      " taps; it must have 1 to " + std::to_string(longest) + " (10 s)");
    if (reverb_[0] != 0)
      throw io::Error(file.file_name() +
                      ": tensor \"reverb.ir\": tap 0 must be 0, the dry sound is added apart");
  }
}

std::shared_ptr<const Model> Model::load(const std::string& path, nn::Isa isa) {
  return from(io::Safetensors::read(path), isa);
}

std::shared_ptr<const Model> Model::from(const io::Safetensors& file, nn::Isa isa) {
  return std::shared_ptr<const Model>(new Model(read_config(file), file, isa));
}

double Model::flops_per_step() const noexcept {
  const double c = config_.channels, g = config_.hidden,
               controls = 1 + config_.harmonics + config_.noise_bands;
  const double dense = inputs() * c;
  return 2 * (3 * g * (dense + g) + c * (dense + g) + controls * c + c * config_.space_size());
}

void State::reset() noexcept {
  std::fill(hidden_.begin(), hidden_.end(), 0.0f);
}

void Decoder::prepare(std::shared_ptr<const Model> model, int maximum_batch) {
  model_ = std::move(model);
  maximum_batch_ = std::clamp(maximum_batch, 1, kLargestBatch);
  const Config& config = model_->config_;
  const auto batch = std::size_t(maximum_batch_);
  row_stride_ = round_up_16(std::size_t(model_->inputs() * config.channels + config.hidden));
  space_stride_ = round_up_16(std::size_t(config.space_size()));
  dense_stride_ = round_up_16(std::size_t(config.channels));
  controls_stride_ = round_up_16(std::size_t(1 + config.harmonics + config.noise_bands));
  rows_.assign(batch * row_stride_, 0.0f);
  spaces_.assign(batch * space_stride_, 0.0f);
  dense_.assign(batch * dense_stride_, 0.0f);
  controls_.assign(batch * controls_stride_, 0.0f);
  scratch_.assign(
      std::max({model_->gru_.scratch_floats(maximum_batch_), model_->out_.scratch_floats(maximum_batch_),
                model_->head_.scratch_floats(maximum_batch_),
                config.spaces.empty() ? std::size_t{0} : model_->space_.scratch_floats(maximum_batch_)}),
      0.0f);
  for (auto* pointers : {&row_pointers_, &space_pointers_, &dense_pointers_, &control_pointers_})
    pointers->clear();
  for (std::size_t i = 0; i < batch; ++i) {
    row_pointers_.push_back(rows_.data() + i * row_stride_);
    space_pointers_.push_back(spaces_.data() + i * space_stride_);
    dense_pointers_.push_back(dense_.data() + i * dense_stride_);
    control_pointers_.push_back(controls_.data() + i * controls_stride_);
  }
  hidden_pointers_.assign(batch, nullptr);
}

void Decoder::step(std::span<const VoiceInput> voices, std::span<State* const> states,
                   std::span<ControlFrame* const> frames) noexcept {
  const int batch = int(std::min({voices.size(), states.size(), frames.size(), std::size_t(maximum_batch_)}));
  const Config& config = model_->config_;
  const int c = config.channels, g = config.hidden;
  const auto norm = [&](float* x, const std::vector<float>& weight, const std::vector<float>& bias) {
    nn::layer_norm_leaky_relu({x, std::size_t(c)}, weight, bias, kSlope, kEpsilon, model_->isa_);
  };
  const auto input = [&](const Model::Input& layer, float value, float* features) {
    for (int i = 0; i < c; ++i)
      features[i] = layer.weight[std::size_t(i)] * value + layer.bias[std::size_t(i)];
    norm(features, layer.norm_weight, layer.norm_bias);
  };

  for (int i = 0; i < batch; ++i) {
    float* row = row_pointers_[std::size_t(i)];
    input(model_->pitch_, bounded(voices[std::size_t(i)].midi, 69) / 127.0f, row);
    input(model_->power_, bounded(voices[std::size_t(i)].db, config.power_floor_db) / 80.0f + 1.0f, row + c);
    hidden_pointers_[std::size_t(i)] = states[std::size_t(i)]->hidden_.data();
  }
  if (!config.spaces.empty()) {
    const auto size = std::size_t(config.space_size());
    for (int i = 0; i < batch; ++i) {
      float* vector = space_pointers_[std::size_t(i)];
      const float* given = voices[std::size_t(i)].space;
      for (std::size_t d = 0; d < size; ++d) vector[d] = given != nullptr ? bounded(given[d], 0) : 0.0f;
    }
    model_->space_.multiply(space_pointers_.data(), dense_pointers_.data(), batch, scratch_.data());
    for (int i = 0; i < batch; ++i) {
      norm(dense_pointers_[std::size_t(i)], model_->space_norm_weight_, model_->space_norm_bias_);
      std::copy_n(dense_pointers_[std::size_t(i)], c, row_pointers_[std::size_t(i)] + 2 * c);
    }
  }
  const int dense = model_->inputs() * c;
  model_->gru_.step(row_pointers_.data(), hidden_pointers_.data(), batch, scratch_.data());
  for (int i = 0; i < batch; ++i)
    std::copy_n(hidden_pointers_[std::size_t(i)], g, row_pointers_[std::size_t(i)] + dense);
  model_->out_.multiply(row_pointers_.data(), dense_pointers_.data(), batch, scratch_.data());
  for (int i = 0; i < batch; ++i)
    norm(dense_pointers_[std::size_t(i)], model_->out_norm_weight_, model_->out_norm_bias_);
  model_->head_.multiply(dense_pointers_.data(), control_pointers_.data(), batch, scratch_.data());
  for (int i = 0; i < batch; ++i)
    write_frame(control_pointers_[std::size_t(i)], bounded(voices[std::size_t(i)].midi, 69),
                *frames[std::size_t(i)]);
}

void Decoder::write_frame(float* controls, float midi, ControlFrame& frame) const noexcept {
  const Config& config = model_->config_;
  const int harmonics = config.harmonics, bands = config.noise_bands;
  nn::exp_sigmoid({controls, std::size_t(1 + harmonics + bands)}, model_->isa_);
  const float f0_hz = 440.0f * std::exp2((midi - 69.0f) / 12.0f);
  const float nyquist_hz = 0.5f * float(config.sample_rate);
  int below = 0;  // harmonics under the model's Nyquist frequency
  while (below < harmonics && float(below + 1) * f0_hz < nyquist_hz) ++below;
  const float* distribution = controls + 1;
  float sum = 0;
  for (int k = 0; k < below; ++k) sum += distribution[k];
  const float scale = controls[0] / (sum == 0 ? 1e-7f : sum);
  for (int k = 0; k < harmonics; ++k) frame.harmonics[k] = k < below ? distribution[k] * scale : 0.0f;
  std::copy_n(controls + 1 + harmonics, bands, frame.noise);
  frame.harmonic_count = harmonics;
  frame.noise_count = bands;
}

}  // namespace continuo::ddsp
