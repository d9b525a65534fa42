// The streaming encoder of a learned space.
#include "models/ddsp/inference/encoder.h"

#include <algorithm>
#include <cmath>

#include "models/nn/functions.h"

namespace continuo::ddsp {
namespace {

constexpr float kSlope = 0.2f, kEpsilon = 1e-5f;
constexpr float kSurprise = 0.01f;  // share of a name's codes that its data have not shown

const Space& space_of(const io::Safetensors& file, const Config& config) {
  if (config.encoder.space < 0) throw io::Error(file.file_name() + ": the model has no encoder");
  return config.spaces[std::size_t(config.encoder.space)];
}

}  // namespace

StreamingEncoder::StreamingEncoder(const io::Safetensors& file, const Config& config, nn::Isa isa)
    : window_(config.encoder.window), pool_(config.encoder.pool), isa_(isa) {
  const Space& space = space_of(file, config);
  const EncoderConfig& e = config.encoder;
  try {
    features_.prepare({config.sample_rate, config.hop, e.window, e.mels, e.low_hz, e.high_hz});
  } catch (const std::invalid_argument& wrong) {
    throw io::Error(file.file_name() + ": config: encoder: " + wrong.what());
  }
  const int f = features_.count(), w = e.width;
  mean_ = file.floats("encoder.mean", {f});
  deviation_ = file.floats("encoder.deviation", {f});
  if (std::any_of(deviation_.begin(), deviation_.end(), [](float d) { return !(d > 0); }))
    throw io::Error(file.file_name() + ": tensor \"encoder.deviation\" must be above 0");
  in_.pack(file.floats("encoder.in.linear.weight", {w, f}), file.floats("encoder.in.linear.bias", {w}), w, f,
           isa);
  norm_weight_ = file.floats("encoder.in.norm.weight", {w});
  norm_bias_ = file.floats("encoder.in.norm.bias", {w});
  const auto weight_ih = file.floats("encoder.gru.weight_ih", {3 * w, w});
  const auto weight_hh = file.floats("encoder.gru.weight_hh", {3 * w, w});
  const auto bias_ih = file.floats("encoder.gru.bias_ih", {3 * w});
  const auto bias_hh = file.floats("encoder.gru.bias_hh", {3 * w});
  gru_.pack({weight_ih, weight_hh, bias_ih, bias_hh}, w, w, isa);
  out_.pack(file.floats("encoder.out.weight", {space.size, w}), file.floats("encoder.out.bias", {space.size}),
            space.size, w, isa);
  codebook_ = file.floats(space.name + ".codebook", {space.codes, space.size});

  const auto padded = [](int n) { return std::size_t((n + 15) / 16 * 16); };
  normalised_.assign(padded(f), 0.0f);
  for (nn::Floats* row : {&hidden_, &state_, &sum_}) row->assign(padded(w), 0.0f);
  scratch_.assign(gru_.scratch_floats(1), 0.0f);
  heard_.assign(std::size_t(f), 0.0f);
  vector_.assign(std::size_t(space.size), 0.0f);

  const std::size_t names = space.entries.size();
  for (int k = 0; k < space.codes; ++k) {
    for (const SpaceEntry& entry : space.entries) {
      const float share = entry.weights[std::size_t(k)];
      evidence_.push_back(std::log((1 - kSurprise) * share + kSurprise / float(space.codes)));
    }
  }
  codes_.assign(std::size_t(std::max(1l, std::lround(config.frame_rate_hz() / pool_))), -1);
  names_.assign(names, 0.0f);
  reset();
}

void StreamingEncoder::reset() noexcept {
  features_.reset();
  std::fill(state_.begin(), state_.end(), 0.0f);
  std::fill(sum_.begin(), sum_.end(), 0.0f);
  frame_ = 0;
  forget();
}

void StreamingEncoder::forget() noexcept {
  std::fill(codes_.begin(), codes_.end(), -1);
  std::fill(names_.begin(), names_.end(), 1 / float(std::max<std::size_t>(1, names_.size())));
  at_ = 0;
}

int StreamingEncoder::hear(std::span<const float> window, float midi, float db, bool voiced) noexcept {
  features_.frame(window, midi, db, voiced, heard_);
  return step(heard_);
}

int StreamingEncoder::step(std::span<const float> features) noexcept {
  const std::size_t count = std::min(features.size(), mean_.size());
  for (std::size_t i = 0; i < count; ++i) normalised_[i] = (features[i] - mean_[i]) / deviation_[i];
  in_.multiply(normalised_.data(), hidden_.data());
  const std::size_t width = norm_weight_.size();
  nn::layer_norm_leaky_relu({hidden_.data(), width}, norm_weight_, norm_bias_, kSlope, kEpsilon, isa_);
  gru_.step(hidden_.data(), state_.data(), scratch_.data());
  for (std::size_t i = 0; i < width; ++i) sum_[i] += state_[i];
  if (++frame_ < pool_) return -1;
  frame_ = 0;
  for (std::size_t i = 0; i < width; ++i) hidden_[i] = sum_[i] / float(pool_);
  std::fill(sum_.begin(), sum_.end(), 0.0f);
  out_.multiply(hidden_.data(), vector_.data());

  const std::size_t size = vector_.size();
  int nearest = 0;
  float least = 0;
  for (std::size_t k = 0; k * size < codebook_.size(); ++k) {
    float distance = 0;
    for (std::size_t d = 0; d < size; ++d) {
      const float apart = vector_[d] - codebook_[k * size + d];
      distance += apart * apart;
    }
    if (k > 0 && !(distance < least)) continue;
    nearest = int(k), least = distance;
  }
  believe(nearest);
  return nearest;
}

void StreamingEncoder::believe(int code) noexcept {
  codes_[at_] = code;
  at_ = (at_ + 1) % codes_.size();
  const std::size_t names = names_.size();
  if (names == 0) return;
  std::fill(names_.begin(), names_.end(), 0.0f);
  for (const int heard : codes_) {
    for (std::size_t e = 0; heard >= 0 && e < names; ++e)
      names_[e] += evidence_[std::size_t(heard) * names + e];
  }
  const float most = *std::max_element(names_.begin(), names_.end());
  float sum = 0;
  for (float& name : names_) sum += name = std::exp(name - most);
  for (float& name : names_) name /= sum;
}

}  // namespace continuo::ddsp
