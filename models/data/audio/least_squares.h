// Weighted least squares with few real columns.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

namespace continuo::data {

// Removes from values what a weighted sum of `columns` explains; weights are 0 or more. Columns: one vector a
// column, as long as the values; at most 8.
class Projection {
 public:
  static constexpr std::size_t kMost = 8;

  Projection(const std::vector<std::vector<double>>& columns, const std::vector<double>& weights)
      : columns_(columns), weights_(weights), count_(columns.size()) {
    for (std::size_t a = 0; a < count_; ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * columns[a][i] * columns[b][i];
        root_[a][b] = sum;
      }
    }
    // Cholesky; a small ridge keeps columns that are alike apart.
    double trace = 0;
    for (std::size_t a = 0; a < count_; ++a) trace += root_[a][a];
    for (std::size_t a = 0; a < count_; ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double sum = root_[a][b] + (a == b ? 1e-9 * trace + 1e-30 : 0.0);
        for (std::size_t c = 0; c < b; ++c) sum -= root_[a][c] * root_[b][c];
        root_[a][b] = a == b ? std::sqrt(std::max(sum, 1e-30)) : sum / root_[b][b];
      }
    }
  }

  // Weighted sum of |value - explained|^2.
  template <typename Value>
  double unexplained(const std::vector<Value>& values) const {
    std::array<Value, kMost> x{};
    for (std::size_t a = 0; a < count_; ++a) {
      Value sum{};
      for (std::size_t i = 0; i < weights_.size(); ++i) sum += weights_[i] * columns_[a][i] * values[i];
      for (std::size_t b = 0; b < a; ++b) sum -= root_[a][b] * x[b];
      x[a] = sum / root_[a][a];
    }
    for (std::size_t a = count_; a-- > 0;) {
      for (std::size_t b = a + 1; b < count_; ++b) x[a] -= root_[b][a] * x[b];
      x[a] /= root_[a][a];
    }
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i] == 0) continue;
      Value rest = values[i];
      for (std::size_t a = 0; a < count_; ++a) rest -= columns_[a][i] * x[a];
      sum += weights_[i] * std::norm(rest);
    }
    return sum;
  }

 private:
  const std::vector<std::vector<double>>& columns_;
  const std::vector<double>& weights_;
  std::size_t count_;
  std::array<std::array<double, kMost>, kMost> root_{};
};

}  // namespace continuo::data
