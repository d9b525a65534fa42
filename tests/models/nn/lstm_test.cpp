// The LSTM against its formulas, in double precision.
#include "models/nn/lstm.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace continuo::nn;

namespace {

struct Plain {
  int inputs, hidden;
  std::vector<float> kernel, bias;
  Plain(int n, int h) : inputs(n), hidden(h) {
    std::mt19937 random(static_cast<unsigned>(n * 1000 + h));
    std::normal_distribution<float> normal(0, 0.15f);
    kernel.resize(static_cast<std::size_t>((n + h) * 4 * h));
    bias.resize(static_cast<std::size_t>(4 * h));
    for (float& w : kernel) w = normal(random);
    for (float& w : bias) w = normal(random);
  }
  void step(const std::vector<double>& x, std::vector<double>& c, std::vector<double>& h) const {
    std::vector<double> gates(bias.begin(), bias.end());
    for (int i = 0; i < inputs + hidden; ++i) {
      const double v = i < inputs ? x[static_cast<std::size_t>(i)] : h[static_cast<std::size_t>(i - inputs)];
      for (int o = 0; o < 4 * hidden; ++o)
        gates[static_cast<std::size_t>(o)] +=
            v * static_cast<double>(kernel[static_cast<std::size_t>(i * 4 * hidden + o)]);
    }
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    for (int k = 0; k < hidden; ++k) {
      const auto gate = [&](int g) { return gates[static_cast<std::size_t>(g * hidden + k)]; };
      const auto i = static_cast<std::size_t>(k);
      c[i] = c[i] * sigmoid(gate(2) + 1) + sigmoid(gate(0)) * std::tanh(gate(1));
      h[i] = std::tanh(c[i]) * sigmoid(gate(3));
    }
  }
};

}  // namespace

TEST_CASE("An LSTM, dense and sparse, follows TensorFlow's formulas on every instruction set") {
  for (const auto& [inputs, hidden] : {std::pair{5, 7}, {38, 64}, {121, 128}}) {
    const Plain plain(inputs, hidden);
    for (const Isa isa : {Isa::portable, best_isa()}) {
      Lstm dense, sparse;
      dense.pack(plain.kernel, plain.bias, inputs, hidden, false, isa);
      sparse.pack(plain.kernel, plain.bias, inputs, hidden, true, isa);
      const auto padded = static_cast<std::size_t>(hidden + 15) / 16 * 16;
      Floats c1(padded), h1(padded), c2(padded), h2(padded), scratch(dense.scratch_floats());
      std::vector<double> c(static_cast<std::size_t>(hidden)), h(c.size());
      double worst = 0;
      for (int t = 0; t < 50; ++t) {
        Floats x(static_cast<std::size_t>(inputs + 15) / 16 * 16);
        std::vector<Element> elements{{t % inputs, 1.f}, {(3 * t + 1) % inputs, -0.5f}};
        for (const Element& e : elements) x[static_cast<std::size_t>(e.index)] += e.value;
        plain.step({x.begin(), x.end()}, c, h);
        dense.step(x.data(), c1.data(), h1.data(), scratch.data());
        sparse.step(elements, c2.data(), h2.data(), scratch.data());
        for (std::size_t k = 0; k < h.size(); ++k)
          worst = std::max({worst, std::fabs(h[k] - static_cast<double>(h1[k])),
                            std::fabs(h[k] - static_cast<double>(h2[k]))});
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("Sizes that do not fit are refused") {
  Lstm lstm;
  CHECK_THROWS_WITH(lstm.pack(std::vector<float>(10), std::vector<float>(8), 3, 2, true),
                    Catch::Contains("40 weights"));
}
