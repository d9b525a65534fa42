// Int8 products: exact integer sums, and the same bits on every instruction set.
#include "models/nn/int8_matrix.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "tests/models/nn/numbers.h"

using namespace continuo::nn;

namespace {

std::vector<float> product(std::span<const float> weights, std::span<const float> bias, int rows, int columns,
                           std::span<const float> x, Isa isa) {
  Int8Matrix matrix;
  matrix.pack(weights, bias, rows, columns, isa);
  std::vector<float> y(std::size_t(rows) + 1, 123.0f);
  Bytes scratch(matrix.scratch_bytes());
  matrix.multiply(x.data(), y.data(), scratch.data());
  CHECK(y.back() == 123.0f);
  y.pop_back();
  return y;
}

}  // namespace

TEST_CASE("int8 products are equal on every instruction set, bit for bit") {
  Numbers random;
  for (const auto& [rows, columns] : {std::pair{1, 1}, {5, 3}, {32, 4}, {33, 63}, {127, 130}, {200, 512}}) {
    const auto weights = random.list(rows * columns, 0.7f), bias = random.list(rows),
               x = random.list(columns, 3);
    const auto plain = product(weights, bias, rows, columns, x, Isa::portable);
    for (const Isa isa : supported_isas()) {
      INFO(name(isa) << " " << rows << " x " << columns);
      CHECK(product(weights, bias, rows, columns, x, isa) == plain);
    }
  }
}

TEST_CASE("int8 sums are the integer sums, at the extremes too") {
  for (const int columns : {4, 37, 1024, 65536}) {
    for (const float sign : {1.0f, -1.0f}) {
      const std::vector<float> weights(std::size_t(columns), sign), x(std::size_t(columns), 1.0f);
      for (const Isa isa : supported_isas()) {
        INFO(name(isa) << " " << columns);
        Int8Matrix matrix;
        matrix.pack(weights, {}, 1, columns, isa);
        Bytes q(matrix.scratch_bytes(), 0);
        for (int j = 0; j < columns; ++j) q[std::size_t(j)] = std::int8_t(j % 3 == 0 ? 127 : -127);
        float y = 0;
        matrix.multiply_rounded(q.data(), 1.0f, &y);
        long long sum = 0;
        for (int j = 0; j < columns; ++j) sum += (long long)(sign * 127) * (j % 3 == 0 ? 127 : -127);
        CHECK(y == float(sum) * (1.0f / 127.0f));
      }
    }
  }
}

TEST_CASE("int8 comes close to float32") {
  Numbers random;
  const int rows = 96, columns = 512;
  const auto weights = random.list(rows * columns), bias = random.list(rows), x = random.list(columns);
  const auto y = product(weights, bias, rows, columns, x, best_isa());
  double error = 0, size = 0;
  for (int r = 0; r < rows; ++r) {
    double sum = bias[std::size_t(r)];
    for (int j = 0; j < columns; ++j)
      sum += double(weights[std::size_t(r * columns + j)]) * x[std::size_t(j)];
    error += (sum - y[std::size_t(r)]) * (sum - y[std::size_t(r)]);
    size += sum * sum;
  }
  CHECK(std::sqrt(error / size) < 0.01);  // two roundings to 1/127: -46 dB and less each
}

TEST_CASE("rounding goes to the nearest, ties to even, largest to 127") {
  for (const Isa isa : supported_isas()) {
    const std::vector<float> x{127, -127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 3.49f, 0, 100.51f,
                               63,  -64,  1,    2,    3,    4,     5,     6,     7};
    std::vector<std::int8_t> q(x.size());
    CHECK(kernels(isa).quantize(x.data(), int(x.size()), q.data()) == 1.0f);
    const std::vector<std::int8_t> expected{127, -127, 0, 2, 2, 0, -2, 3, 0, 101,
                                            63,  -64,  1, 2, 3, 4, 5,  6, 7};
    CHECK(q == expected);
    const std::vector<float> silence(19, 0.0f);
    CHECK(kernels(isa).quantize(silence.data(), 19, q.data()) == 0.0f);
    CHECK(q == std::vector<std::int8_t>(19, 0));
  }
}

TEST_CASE("int8 sizes that do not fit are refused") {
  Int8Matrix matrix;
  const std::vector<float> six(6);
  CHECK_THROWS_AS(matrix.pack(six, {}, 2, 2), std::invalid_argument);
  CHECK_THROWS_AS(matrix.pack(six, {}, 1, 65537), std::invalid_argument);
}
