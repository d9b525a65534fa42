// Activations against double precision over their whole range: the errors that functions.h states.
#include "models/nn/functions.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/models/nn/numbers.h"

using namespace continuo::nn;

namespace {

// Every float x = low, low + step, ... through `ours`; the largest error that `measure` finds.
template <class Ours, class Measure>
double largest(float low, float high, int count, Ours ours, Measure measure) {
  std::vector<float> x(static_cast<std::size_t>(count)), y;
  for (int i = 0; i < count; ++i) x[std::size_t(i)] = low + (high - low) * float(i) / float(count - 1);
  y = x;
  ours(std::span<float>(y));
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, measure(double(x[i]), double(y[i])));
  return worst;
}

double sigmoid_of(double x) {
  return 1 / (1 + std::exp(-x));
}

}  // namespace

TEST_CASE("activations keep their stated errors on every instruction set") {
  constexpr int kCount = 1'000'003;
  for (const Isa isa : supported_isas()) {
    INFO(name(isa));
    const double exp_error = largest(
        -87, 88, kCount, [&](auto x) { continuo::nn::exp(x, isa); },
        [](double x, double y) { return std::abs(y / std::exp(x) - 1); });
    const double sigmoid_error = largest(
        -100, 100, kCount, [&](auto x) { sigmoid(x, isa); },
        [](double x, double y) { return std::abs(y - sigmoid_of(x)); });
    const double tanh_error = largest(
        -20, 20, kCount, [&](auto x) { continuo::nn::tanh(x, isa); },
        [](double x, double y) { return std::abs(y - std::tanh(x)); });
    const double amplitude_error = largest(
        -100, 100, kCount, [&](auto x) { exp_sigmoid(x, isa); },
        [](double x, double y) {
          return std::abs(y / (2 * std::pow(sigmoid_of(x), std::log(10.0)) + 1e-7) - 1);
        });
    if (isa == best_isa())
      WARN("largest errors: exp " << exp_error << ", sigmoid " << sigmoid_error << ", tanh " << tanh_error
                                  << ", exp_sigmoid " << amplitude_error);
    CHECK(exp_error < 2e-7);
    CHECK(sigmoid_error < 2e-7);
    CHECK(tanh_error < 2e-7);
    CHECK(amplitude_error < 2e-6);
  }
}

TEST_CASE("activations are the same bits on every instruction set") {
  Numbers random;
  const auto x = random.list(1003, 30);
  const auto run = [&](Isa isa) {
    std::vector<float> all;
    for (auto function :
         {kernels(isa).exp, kernels(isa).sigmoid, kernels(isa).tanh, kernels(isa).exp_sigmoid}) {
      auto y = x;
      function(y.data(), int(y.size()));
      all.insert(all.end(), y.begin(), y.end());
    }
    return all;
  };
  for (const Isa isa : supported_isas()) CHECK(run(isa) == run(Isa::portable));
}

TEST_CASE("activations hold at their ends, and keep NaN") {
  for (const Isa isa : supported_isas()) {
    std::vector<float> x{-1e30f, 1e30f, -std::numeric_limits<float>::infinity(),
                         std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
    auto s = x, t = x, e = x;
    sigmoid(s, isa);
    continuo::nn::tanh(t, isa);
    exp_sigmoid(e, isa);
    CHECK(s[0] < 1e-37f);
    CHECK(s[1] == 1.0f);
    CHECK(s[2] < 1e-37f);
    CHECK(s[3] == 1.0f);
    CHECK(t[0] == -1.0f);
    CHECK(t[1] == 1.0f);
    CHECK(t[2] == -1.0f);
    CHECK(t[3] == 1.0f);
    CHECK(e[0] == 1e-7f);
    CHECK(e[1] == Approx(2.0f));
    CHECK(std::isnan(s[4]));
    CHECK(std::isnan(t[4]));
    CHECK(std::isnan(e[4]));
  }
}

TEST_CASE("layer norm and leaky ReLU, against the formula") {
  Numbers random;
  for (const int count : {1, 2, 7, 16, 33, 64, 250}) {
    const auto x = random.list(count, 5), weight = random.list(count), bias = random.list(count);
    double mean = 0, variance = 0;
    for (const float v : x) mean += v / double(count);
    for (const float v : x) variance += (v - mean) * (v - mean) / count;
    std::vector<float> portable;
    for (const Isa isa : supported_isas()) {
      INFO(name(isa) << " " << count);
      auto y = x;
      layer_norm_leaky_relu(y, weight, bias, 0.2f, 1e-5f, isa);
      double worst = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double normal = (x[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i];
        worst = std::max(worst, std::abs(y[i] - (normal < 0 ? 0.2 * normal : normal)));
      }
      CHECK(worst < 2e-6);
      if (isa == Isa::portable) portable = y;
      CHECK(y == portable);
    }
  }
}
