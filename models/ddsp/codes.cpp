#include "models/ddsp/codes.h"

#include <cmath>

#include "models/ddsp/inference/encoder_features.h"
#include "models/ddsp/nodes.h"

namespace continuo::ddsp {
namespace {

constexpr int kFeatures = EncoderFeatureSpec{}.mels + kMovements;
constexpr double kKeep = 0.99;   // of the moving averages
constexpr double kFewest = 0.2;  // vectors a batch that keep a code alive
constexpr int kMeansRounds = 30;
constexpr double kSlope = 0.2;  // of LeakyReLU

}  // namespace

EncoderImpl::EncoderImpl(int width, int size) {
  mean_ = register_buffer("mean", torch::zeros({kFeatures}));
  deviation_ = register_buffer("deviation", torch::ones({kFeatures}));
  in_ = register_module("input", torch::nn::Linear(kFeatures, width));
  norm_ = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-5)));
  gru_input_ = register_module("gru_input", torch::nn::Linear(width, 3 * width));
  gru_state_ = register_module("gru_state", torch::nn::Linear(width, 3 * width));
  out_ = register_module("output", torch::nn::Linear(width, size));
}

void EncoderImpl::set_statistics(const torch::Tensor& mean, const torch::Tensor& deviation) {
  torch::NoGradGuard no_grad;
  mean_.copy_(mean);
  deviation_.copy_(deviation);
}

torch::Tensor EncoderImpl::forward(const torch::Tensor& features) {
  namespace F = torch::nn::functional;
  const auto x = ((features - mean_) / deviation_).transpose(0, 1).contiguous();  // time first
  const auto hidden =
      F::leaky_relu(norm_->forward(in_->forward(x)), F::LeakyReLUFuncOptions().negative_slope(kSlope));
  const auto states = gru_sequence(gru_input_->forward(hidden), gru_state_->weight, gru_state_->bias);
  const int64_t pools = states.size(0) / kPool;
  const auto pooled =
      states.narrow(0, 0, pools * kPool).view({pools, kPool, states.size(1), states.size(2)}).mean(1);
  return out_->forward(pooled).transpose(0, 1);
}

std::vector<std::pair<std::string, torch::Tensor>> EncoderImpl::named() const {
  return {{"encoder.mean", mean_},
          {"encoder.deviation", deviation_},
          {"encoder.in.linear.weight", in_->weight},
          {"encoder.in.linear.bias", in_->bias},
          {"encoder.in.norm.weight", norm_->weight},
          {"encoder.in.norm.bias", norm_->bias},
          {"encoder.gru.weight_ih", gru_input_->weight},
          {"encoder.gru.bias_ih", gru_input_->bias},
          {"encoder.gru.weight_hh", gru_state_->weight},
          {"encoder.gru.bias_hh", gru_state_->bias},
          {"encoder.out.weight", out_->weight},
          {"encoder.out.bias", out_->bias}};
}

QuantiserImpl::QuantiserImpl(int codes, int size) {
  codebook_ = register_buffer("codebook", torch::randn({codes, size}));
  counts_ = register_buffer("counts", torch::ones({codes}));
  sums_ = register_buffer("sums", codebook_.clone());
  started_ = register_buffer("started", torch::zeros({1}));
}

QuantiserImpl::Result QuantiserImpl::forward(const torch::Tensor& vectors) const {
  const auto flat = vectors.detach().reshape({-1, vectors.size(-1)});
  const auto distances = codebook_.pow(2).sum(1) - 2 * flat.mm(codebook_.t());
  auto shape = vectors.sizes().vec();
  const auto nearest = distances.argmin(1);
  const auto quantised = codebook_.index_select(0, nearest).view(shape);
  shape.pop_back();
  return {vectors + (quantised - vectors).detach(), nearest.view(shape),
          (vectors - quantised).pow(2).sum(-1).mean()};
}

void QuantiserImpl::start(const torch::Tensor& vectors, unsigned seed) {
  torch::NoGradGuard no_grad;
  const int64_t codes = codebook_.size(0);
  torch::manual_seed(seed);
  // k-means++: each new centre where the data are far from those there are.
  auto far = torch::full({vectors.size(0)}, 1.0);
  for (int64_t k = 0; k < codes; ++k) {
    const auto chosen = vectors[torch::multinomial(far + 1e-9, 1).item<int64_t>()];
    codebook_[k].copy_(chosen);
    const auto distance = (vectors - chosen).pow(2).sum(1);
    far = k == 0 ? distance : torch::min(far, distance);
  }
  for (int round = 0; round < kMeansRounds; ++round) {
    const auto indices = forward(vectors).indices;
    const auto counts = torch::bincount(indices, {}, codes).to(torch::kFloat32);
    const auto sums = torch::zeros_like(codebook_).index_add(0, indices, vectors);
    codebook_.copy_(
        torch::where(counts.unsqueeze(1) > 0, sums / counts.clamp_min(1).unsqueeze(1), codebook_));
    counts_.copy_(counts.clamp_min(1));
  }
  counts_.mul_(static_cast<double>(codes) / counts_.sum().item<double>() * 6);
  sums_.copy_(codebook_ * counts_.unsqueeze(1));
  started_.fill_(1);
}

void QuantiserImpl::follow(const torch::Tensor& vectors, const torch::Tensor& indices) {
  torch::NoGradGuard no_grad;
  const auto flat = vectors.detach().reshape({-1, vectors.size(-1)});
  const auto chosen = indices.reshape({-1});
  const auto counts = torch::bincount(chosen, {}, codebook_.size(0)).to(torch::kFloat32);
  const auto sums = torch::zeros_like(codebook_).index_add(0, chosen, flat);
  counts_.mul_(kKeep).add_(counts, 1 - kKeep);
  sums_.mul_(kKeep).add_(sums, 1 - kKeep);
  for (int64_t k = 0; k < codebook_.size(0); ++k) {
    if (counts_[k].item<float>() >= kFewest) continue;
    counts_[k].fill_(1);
    sums_[k].copy_(flat[torch::randint(flat.size(0), {1}).item<int64_t>()]);
  }
  codebook_.copy_(sums_ / counts_.unsqueeze(1));
}

torch::Tensor QuantiserImpl::neighbours() const {
  auto distances = torch::cdist(codebook_, codebook_);
  distances.fill_diagonal_(1e9);
  return distances.argmin(1);
}

double perplexity(const std::vector<double>& shares) {
  double entropy = 0;
  for (const double share : shares) entropy -= share > 0 ? share * std::log(share) : 0;
  return std::exp(entropy);
}

}  // namespace continuo::ddsp
