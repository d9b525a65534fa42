// The vector quantiser and the learned reverb.
#include "models/ddsp/codes.h"  // before Catch: LibTorch has a CHECK of its own

#include "models/ddsp/network.h"

#undef CHECK
#include <catch2/catch.hpp>

using namespace continuo::ddsp;

namespace {

// Four clouds around (+-3, +-3).
torch::Tensor clouds(int64_t each) {
  torch::manual_seed(3);
  const auto centres = torch::tensor({{3.f, 3.f}, {3.f, -3.f}, {-3.f, 3.f}, {-3.f, -3.f}});
  return centres.repeat_interleave(each, 0) + 0.2 * torch::randn({4 * each, 2});
}

}  // namespace

TEST_CASE("k-means finds the clouds, and each vector goes to its own") {
  Quantiser quantiser(4, 2);
  CHECK_FALSE(quantiser->started());
  const auto vectors = clouds(50);
  quantiser->start(vectors, 1);
  CHECK(quantiser->started());
  const auto result = quantiser->forward(vectors);
  CHECK(result.commitment.item<float>() < 0.15f);
  for (int64_t cloud = 0; cloud < 4; ++cloud) {
    const auto own = result.indices.narrow(0, 50 * cloud, 50);
    CHECK((own == own[0]).all().item<bool>());
  }
  const auto codes = quantiser->codebook().abs();
  CHECK((codes - 3).abs().max().item<float>() < 0.2f);
}

TEST_CASE("the gradient passes straight through a code") {
  Quantiser quantiser(4, 2);
  quantiser->start(clouds(50), 1);
  auto vectors = torch::tensor({{2.5f, 2.f}}).requires_grad_();
  const auto result = quantiser->forward(vectors);
  (result.quantised * torch::tensor({{1.f, -2.f}})).sum().backward();
  CHECK(vectors.grad()[0][0].item<float>() == 1.f);
  CHECK(vectors.grad()[0][1].item<float>() == -2.f);
}

TEST_CASE("codes follow what falls to them, and one that nothing falls to starts anew") {
  Quantiser quantiser(4, 2);
  quantiser->start(clouds(50), 1);
  const auto moved = clouds(50) + 1;     // every cloud moves by (1, 1)
  auto three = moved.narrow(0, 0, 150);  // and one ends
  for (int step = 0; step < 600; ++step) quantiser->follow(three, quantiser->forward(three).indices);
  const auto used = std::get<0>(torch::_unique(quantiser->forward(three).indices));
  CHECK(used.size(0) == 4);
  CHECK(quantiser->forward(three).commitment.item<float>() < 0.1f);
}

TEST_CASE("a code's neighbour is the nearest other one") {
  Quantiser quantiser(2, 2);
  quantiser->start(clouds(10), 1);
  const auto near = quantiser->neighbours();
  CHECK(near[0].item<int64_t>() == 1);
  CHECK(near[1].item<int64_t>() == 0);
}

TEST_CASE("perplexity counts the codes in use") {
  CHECK(perplexity({0.25, 0.25, 0.25, 0.25}) == Approx(4));
  CHECK(perplexity({1, 0, 0}) == Approx(1));
}

TEST_CASE("the learned reverb adds the convolution with its impulse response, which begins at 0") {
  NetworkShape shape;
  shape.channels = 8;
  shape.hidden = 8;
  shape.reverb_s = 0.1;
  torch::manual_seed(5);
  Network wet(shape);
  torch::NoGradGuard no_grad;
  const auto response = wet->impulse_response();
  REQUIRE(response.size(0) == 2400);
  CHECK(response[0].item<float>() == 0.f);
  CHECK(response.abs().max().item<float>() > 1e-5f);

  const auto midi = torch::full({1, 30}, 60.f), db = torch::full({1, 30}, -20.f);
  const auto white = torch::rand({1, 30 * 240}) * 2 - 1;
  const Controls controls = wet->forward(midi, db);
  const auto sound = wet->synthesise(controls, midi, white)[0].to(torch::kFloat64);
  shape.reverb_s = 0;
  Network dry(shape);
  const auto source = dry->synthesise(controls, midi, white)[0].to(torch::kFloat64);
  for (const int64_t n : {0, 1, 500, 3000, 7000}) {
    double sum = source[n].item<double>();
    for (int64_t k = 1; k <= std::min<int64_t>(n, 2399); ++k)
      sum += source[n - k].item<double>() * response[k].item<float>();
    CHECK(sound[n].item<double>() == Approx(sum).margin(1e-5));
  }
}
