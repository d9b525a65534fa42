// The GRU step against its formula in double precision, over many steps, in batches of voices.
#include "models/nn/gru.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "tests/models/nn/numbers.h"

using namespace continuo::nn;

namespace {

struct Case {
  int inputs, hidden;
  std::vector<float> wi, wh, bi, bh;

  Case(int in, int out, Numbers& random) : inputs(in), hidden(out) {
    const float scale = 2.0f / std::sqrt(float(out));
    wi = random.list(3 * out * in, scale);
    wh = random.list(3 * out * out, scale);
    bi = random.list(3 * out, scale);
    bh = random.list(3 * out, scale);
  }
  Gru pack(Isa isa) const {
    Gru gru;
    gru.pack({wi, wh, bi, bh}, inputs, hidden, isa);
    return gru;
  }
  std::vector<double> step(const std::vector<float>& x, const std::vector<double>& h) const {
    const auto gate = [&](int row, bool of_input) {
      const auto& w = of_input ? wi : wh;
      double sum = (of_input ? bi : bh)[std::size_t(row)];
      const int columns = of_input ? inputs : hidden;
      for (int j = 0; j < columns; ++j)
        sum += double(w[std::size_t(row * columns + j)]) * (of_input ? x[std::size_t(j)] : h[std::size_t(j)]);
      return sum;
    };
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    std::vector<double> next(h.size());
    for (int i = 0; i < hidden; ++i) {
      const double r = sigmoid(gate(i, true) + gate(i, false));
      const double z = sigmoid(gate(hidden + i, true) + gate(hidden + i, false));
      const double n = std::tanh(gate(2 * hidden + i, true) + r * gate(2 * hidden + i, false));
      next[std::size_t(i)] = (1 - z) * n + z * h[std::size_t(i)];
    }
    return next;
  }
};

}  // namespace

TEST_CASE("200 GRU steps stay with the formula") {
  Numbers random;
  for (const auto& [inputs, hidden] : {std::pair{1, 1}, {3, 5}, {16, 16}, {33, 21}, {32, 64}}) {
    const Case c(inputs, hidden, random);
    for (const Isa isa : supported_isas()) {
      INFO(name(isa) << " " << inputs << " -> " << hidden);
      const Gru gru = c.pack(isa);
      Floats scratch(gru.scratch_floats(1));
      std::vector<float> h(std::size_t(hidden), 0.0f);
      std::vector<double> reference(std::size_t(hidden), 0.0);
      double worst = 0;
      for (int t = 0; t < 200; ++t) {
        const auto x = random.list(inputs);
        gru.step(x.data(), h.data(), scratch.data());
        reference = c.step(x, reference);
        for (std::size_t i = 0; i < h.size(); ++i) worst = std::max(worst, std::abs(h[i] - reference[i]));
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("a voice in a batch is that voice alone, bit for bit, at every batch size") {
  Numbers random;
  const Case c(20, 37, random);
  for (const Isa isa : supported_isas()) {
    const Gru gru = c.pack(isa);
    for (int batch = 1; batch <= 70; batch += batch < 34 ? 1 : 9) {
      Floats scratch(gru.scratch_floats(batch));
      std::vector<std::vector<float>> x, together, alone;
      for (int i = 0; i < batch; ++i) {
        x.push_back(random.list(20));
        together.push_back(random.list(37));
      }
      alone = together;
      std::vector<const float*> inputs;
      std::vector<float*> states;
      for (int i = 0; i < batch; ++i) {
        inputs.push_back(x[std::size_t(i)].data());
        states.push_back(together[std::size_t(i)].data());
      }
      gru.step(inputs.data(), states.data(), batch, scratch.data());
      for (int i = 0; i < batch; ++i)
        gru.step(x[std::size_t(i)].data(), alone[std::size_t(i)].data(), scratch.data());
      INFO(name(isa) << " batch " << batch);
      REQUIRE(together == alone);
    }
  }
}

TEST_CASE("GRU weights that do not fit are refused") {
  const std::vector<float> six(6), three(3);
  Gru gru;
  CHECK_THROWS_AS(gru.pack({six, six, three, three}, 2, 1), std::invalid_argument);
  CHECK_NOTHROW(gru.pack({six, three, three, three}, 2, 1));
}
