// Float32 matrix products against double loops, for odd shapes, every batch and every instruction set.
#include "models/nn/matrix.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "tests/models/nn/numbers.h"

using namespace continuo::nn;

namespace {

struct Shape {
  int rows, columns;
};
const Shape kShapes[] = {{1, 1},   {3, 1},     {31, 5},   {32, 16}, {33, 7},
                         {64, 33}, {127, 130}, {160, 64}, {225, 31}};

}  // namespace

TEST_CASE("a machine names the instruction sets it runs") {
  REQUIRE(supported_isas().front() == Isa::portable);
  CHECK(supported(best_isa()));
  for (const Isa isa : supported_isas()) WARN("testing " << name(isa));
}

TEST_CASE("matrix times vector is the sum of the products") {
  Numbers random;
  for (const auto& [rows, columns] : kShapes) {
    const auto weights = random.list(rows * columns), bias = random.list(rows), x = random.list(columns);
    for (const Isa isa : supported_isas()) {
      INFO(name(isa) << " " << rows << " x " << columns);
      Matrix matrix;
      matrix.pack(weights, bias, rows, columns, isa);
      std::vector<float> y(std::size_t(rows) + 1, 123.0f);
      matrix.multiply(x.data(), y.data());
      CHECK(y.back() == 123.0f);  // nothing is written behind the rows
      double largest = 0;
      for (int r = 0; r < rows; ++r) {
        double sum = bias[std::size_t(r)];
        for (int j = 0; j < columns; ++j)
          sum += double(weights[std::size_t(r * columns + j)]) * x[std::size_t(j)];
        largest = std::max(largest, std::abs(sum - y[std::size_t(r)]));
      }
      CHECK(largest < 1e-6 * std::sqrt(columns) + 1e-7);
    }
  }
}

TEST_CASE("a batch gives bit for bit what each row gives alone") {
  Numbers random;
  for (const auto& [rows, columns] : kShapes) {
    const auto weights = random.list(rows * columns);
    for (const Isa isa : supported_isas()) {
      Matrix matrix;
      matrix.pack(weights, {}, rows, columns, isa);
      for (int batch = 1; batch <= 33; ++batch) {
        std::vector<std::vector<float>> x, y;
        std::vector<const float*> from;
        std::vector<float*> to;
        for (int i = 0; i < batch; ++i) {
          x.push_back(random.list(columns));
          y.emplace_back(std::size_t(rows) + 1, 123.0f);
        }
        for (int i = 0; i < batch; ++i) {
          from.push_back(x[std::size_t(i)].data());
          to.push_back(y[std::size_t(i)].data());
        }
        Floats scratch(matrix.scratch_floats(batch));
        matrix.multiply(from.data(), to.data(), batch, scratch.data());
        int different = 0;
        std::vector<float> alone(std::size_t(rows) + 1, 123.0f);
        for (int i = 0; i < batch; ++i) {
          matrix.multiply(from[std::size_t(i)], alone.data());
          different += alone != y[std::size_t(i)];
        }
        INFO(name(isa) << " " << rows << " x " << columns << " batch " << batch);
        REQUIRE(different == 0);
      }
    }
  }
}

TEST_CASE("both fused instruction sets give the same bits") {
  if (!supported(Isa::avx512)) return;
  Numbers random;
  const auto weights = random.list(100 * 77), x = random.list(77);
  std::vector<float> a(100), b(100);
  Matrix matrix;
  matrix.pack(weights, {}, 100, 77, Isa::avx2);
  matrix.multiply(x.data(), a.data());
  matrix.pack(weights, {}, 100, 77, Isa::avx512);
  matrix.multiply(x.data(), b.data());
  CHECK(a == b);
}

TEST_CASE("sizes that do not fit are refused") {
  Matrix matrix;
  const std::vector<float> six(6);
  CHECK_THROWS_AS(matrix.pack(six, {}, 2, 2), std::invalid_argument);
  CHECK_THROWS_AS(matrix.pack(six, six, 2, 3), std::invalid_argument);
  CHECK_THROWS_AS(matrix.pack({}, {}, 0, 3), std::invalid_argument);
}
