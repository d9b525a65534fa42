// The hand-written autograd nodes against plain tensor expressions, LibTorch's own GRU and finite
// differences.
#include "models/ddsp/nodes.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/ddsp/network.h"
#include "models/ddsp/noise_filter.h"

using namespace continuo::ddsp;

namespace {

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

// The harmonic bank as one tensor expression over [N, samples, H].
torch::Tensor plain_harmonics(const torch::Tensor& a, const torch::Tensor& f0, int hop, double rate) {
  const int64_t frames = a.size(1);
  const auto next = torch::cat({a.narrow(1, 1, frames - 1), a.narrow(1, frames - 1, 1)}, 1);
  const auto f = f0.to(torch::kFloat64);
  const auto f_next = torch::cat({f.narrow(1, 1, frames - 1), f.narrow(1, frames - 1, 1)}, 1);
  const auto x = torch::arange(hop, torch::kFloat64) / hop;
  const auto start = torch::cumsum(hop * (f + f_next) / 2, 1) - hop * (f + f_next) / 2;
  const auto phase =
      (start.unsqueeze(2) + f.unsqueeze(2) * x * hop + (f_next - f).unsqueeze(2) * x * x * hop / 2) / rate;
  const auto k = torch::arange(1, a.size(2) + 1, torch::kFloat64);
  const auto sines = torch::sin(2 * M_PI * phase.unsqueeze(3) * k);  // [N, T, hop, H]
  const auto x4 = x.view({1, 1, hop, 1});
  const auto amplitudes = a.unsqueeze(2) * (1 - x4) + next.unsqueeze(2) * x4;
  return (amplitudes * sines).sum(3).view({a.size(0), frames * hop});
}

}  // namespace

TEST_CASE("the harmonic node equals the plain tensor expression, value and gradient") {
  torch::manual_seed(1);
  const int hop = 150;
  auto a = (torch::rand({2, 5, 20}) * 0.1).requires_grad_();
  auto b = a.detach().to(torch::kFloat64).requires_grad_();
  const auto f0 = 100 + 300 * torch::rand({2, 5});
  const auto weights = torch::randn({2, 5 * hop});
  const auto ours = harmonic_audio(a, f0, hop, 24000);
  const auto plain = plain_harmonics(b, f0, hop, 24000);
  CHECK(difference(ours, plain) < 2e-5);
  (ours * weights).sum().backward();
  (plain * weights).sum().backward();
  CHECK(difference(a.grad(), b.grad()) < 1e-3 * b.grad().abs().max().item<double>());
}

TEST_CASE("the harmonic node's gradient is that of finite differences") {
  torch::manual_seed(2);
  const int hop = 240;
  auto a = (torch::rand({1, 4, 8}) * 0.1).requires_grad_();
  const auto f0 = 200 + 100 * torch::rand({1, 4});
  const auto weights = torch::randn({1, 4 * hop});
  const auto value = [&] { return (harmonic_audio(a, f0, hop, 24000) * weights).sum(); };
  value().backward();
  torch::NoGradGuard no_grad;
  for (int k = 0; k < 8; k += 3) {
    for (int j = 0; j < 4; ++j) {
      a[0][j][k] += 0.01;
      const double up = value().item<double>();
      a[0][j][k] -= 0.02;
      const double down = value().item<double>();
      a[0][j][k] += 0.01;
      CHECK((up - down) / 0.02 == Approx(a.grad()[0][j][k].item<double>()).margin(0.02));
    }
  }
}

TEST_CASE("the noise node equals a convolution, value and gradient") {
  torch::manual_seed(3);
  const int hop = 100, taps = 32, frames = 4;
  auto h = torch::randn({2, frames, taps}).requires_grad_();
  auto g = h.detach().clone().requires_grad_();
  const auto white = torch::rand({2, frames * hop}) * 2 - 1;
  const auto ours = noise_audio(h, white, hop);
  auto plain = torch::zeros({2, frames * hop + taps});
  for (int j = 0; j < frames; ++j) {
    for (int n = 0; n < hop; ++n) {
      const int at = j * hop + n;
      auto piece = torch::zeros_like(plain);
      piece.narrow(1, at, taps).copy_(g.select(1, j) * white.narrow(1, at, 1));
      plain = plain + piece;
    }
  }
  plain = plain.narrow(1, 0, frames * hop);
  CHECK(difference(ours, plain) < 1e-4);
  const auto weights = torch::randn({2, frames * hop});
  (ours * weights).sum().backward();
  (plain * weights).sum().backward();
  CHECK(difference(h.grad(), g.grad()) < 1e-3);
}

TEST_CASE("the GRU node equals LibTorch's GRU, value and gradients") {
  torch::manual_seed(4);
  const int64_t in = 6, g = 16, frames = 9, crops = 3;
  torch::nn::GRU peer(torch::nn::GRUOptions(in, g));
  const auto x = torch::randn({frames, crops, in});
  auto parameters = peer->named_parameters();
  auto w_ih = parameters["weight_ih_l0"].detach().clone().requires_grad_();
  auto w_hh = parameters["weight_hh_l0"].detach().clone().requires_grad_();
  auto b_ih = parameters["bias_ih_l0"].detach().clone().requires_grad_();
  auto b_hh = parameters["bias_hh_l0"].detach().clone().requires_grad_();
  const auto ours = gru_sequence(torch::matmul(x, w_ih.t()) + b_ih, w_hh, b_hh);
  const auto theirs = std::get<0>(peer->forward(x));
  CHECK(difference(ours, theirs) < 1e-5);
  const auto weights = torch::randn_like(ours);
  (ours * weights).sum().backward();
  (theirs * weights).sum().backward();
  CHECK(difference(w_ih.grad(), parameters["weight_ih_l0"].grad()) < 1e-4);
  CHECK(difference(w_hh.grad(), parameters["weight_hh_l0"].grad()) < 1e-4);
  CHECK(difference(b_ih.grad(), parameters["bias_ih_l0"].grad()) < 1e-4);
  CHECK(difference(b_hh.grad(), parameters["bias_hh_l0"].grad()) < 1e-4);
}

TEST_CASE("the network gives frames as documented") {
  torch::manual_seed(5);
  NetworkShape shape;
  shape.channels = 16;
  shape.hidden = 24;
  Network network(shape);
  const std::vector<float> midi(40, 69.f), db(40, -20.f);
  const ControlFrames frames = run_network(network, midi, db);
  REQUIRE(frames.amplitudes.size() == 40 * 96);
  REQUIRE(frames.noise.size() == 40 * 65);
  // 24 kHz, 440 Hz: the 27th harmonic lies below 12 kHz, the 28th above.
  CHECK(frames.amplitudes[26] > 0);
  CHECK(frames.amplitudes[27] == 0);
  for (const float v : frames.amplitudes) REQUIRE((v >= 0 && v <= 2.0001f));
  CHECK(render(network, midi, db, 1).size() == 40 * 240);
  CHECK(render(network, midi, db, 1) == render(network, midi, db, 1));
}
