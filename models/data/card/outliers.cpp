// How unusual each item of a set is, and why.
#include "models/data/card/outliers.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "models/data/card/text.h"

namespace continuo::data {

namespace {

using Rows = std::vector<std::vector<double>>;  // [item][feature]

constexpr std::size_t kFewestItems = 5;
// Standard scores beyond this count as this when the covariance is measured, so that outliers do not hide
// themselves.
constexpr double kWinsor = 2.5;
constexpr double kLargestScore = 20;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

struct Column {
  std::string name;
  double median = 0, deviation = 0;
};

// The features that vary, with a robust standard deviation: 1.4826 times the median absolute deviation, or,
// where more than half of the items agree, 1.2533 times the mean one.
std::vector<Column> columns_of(const Set& set, const std::vector<std::size_t>& kept) {
  std::map<std::string, std::vector<double>> values;
  for (const std::size_t i : kept) {
    for (const auto& [name, value] : set.items[i].features) {
      if (std::isfinite(value)) values[name].push_back(value);
    }
  }
  std::vector<Column> columns;
  for (const auto& [name, of_items] : values) {
    if (of_items.size() * 2 < kept.size()) continue;  // most items lack it: it says nothing
    Column column{name, median(of_items), 0};
    std::vector<double> away;
    double mean = 0;
    for (const double v : of_items) {
      away.push_back(std::abs(v - column.median));
      mean += away.back() / static_cast<double>(of_items.size());
    }
    column.deviation = 1.4826 * median(away);
    if (column.deviation <= 1e-9 * (1 + std::abs(column.median))) column.deviation = 1.2533 * mean;
    if (column.deviation > 1e-9 * (1 + std::abs(column.median))) columns.push_back(column);
  }
  return columns;
}

Rows shrunk_covariance(const Rows& scores) {
  const std::size_t n = scores.size(), p = scores[0].size();
  Rows clipped = scores;
  std::vector<double> mean(p, 0.0);
  for (auto& row : clipped) {
    for (std::size_t j = 0; j < p; ++j) {
      row[j] = std::clamp(row[j], -kWinsor, kWinsor);
      mean[j] += row[j] / static_cast<double>(n);
    }
  }
  Rows covariance(p, std::vector<double>(p, 0.0));
  for (auto& row : clipped) {
    for (std::size_t j = 0; j < p; ++j) row[j] -= mean[j];
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t k = 0; k < p; ++k) covariance[j][k] += row[j] * row[k] / static_cast<double>(n);
    }
  }
  double trace = 0;
  for (std::size_t j = 0; j < p; ++j) trace += covariance[j][j];
  const double sphere = trace / static_cast<double>(p);
  double far = 0, error = 0;  // ||S - m I||^2 and the mean of ||x x' - S||^2 / n
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = 0; k < p; ++k) {
      const double d = covariance[j][k] - (j == k ? sphere : 0.0);
      far += d * d;
    }
  }
  for (const auto& row : clipped) {
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t k = 0; k < p; ++k) {
        const double d = row[j] * row[k] - covariance[j][k];
        error += d * d / (static_cast<double>(n) * static_cast<double>(n));
      }
    }
  }
  // Never less than 5 %: features that are copies of each other leave no inverse.
  const double shrink = far > 0 ? std::clamp(error / far, 0.05, 1.0) : 1.0;
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = 0; k < p; ++k)
      covariance[j][k] = (1 - shrink) * covariance[j][k] + (j == k ? shrink * sphere : 0.0);
  }
  return covariance;
}

// The lower triangle L with L L' = a; a is positive definite by its shrinking.
Rows cholesky(const Rows& a) {
  const std::size_t p = a.size();
  Rows lower(p, std::vector<double>(p, 0.0));
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      double sum = a[j][k];
      for (std::size_t m = 0; m < k; ++m) sum -= lower[j][m] * lower[k][m];
      lower[j][k] = j == k ? std::sqrt(std::max(sum, 1e-12)) : sum / lower[k][k];
    }
  }
  return lower;
}

// a^-1 x by the triangle of a.
std::vector<double> solve(const Rows& lower, std::vector<double> x) {
  const std::size_t p = x.size();
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = 0; k < j; ++k) x[j] -= lower[j][k] * x[k];
    x[j] /= lower[j][j];
  }
  for (std::size_t j = p; j-- > 0;) {
    for (std::size_t k = j + 1; k < p; ++k) x[j] -= lower[k][j] * x[k];
    x[j] /= lower[j][j];
  }
  return x;
}

std::string words_of(const std::vector<Deviation>& deviations) {
  const auto told = [](const Deviation& d) {
    return cat(feature_words(d.feature), " ", feature_value(d.feature, d.value),
               " (most: ", feature_value(d.feature, d.median), ")");
  };
  std::string words, said;
  for (const Deviation& d : deviations) {
    const double size = std::abs(d.score);
    if (size < 2 || feature_value(d.feature, d.value) == feature_value(d.feature, d.median)) continue;
    const std::string how = cat(size >= 6   ? "far "
                                : size >= 3 ? "much "
                                            : "",
                                d.score > 0 ? "higher" : "lower", " than the rest: ");
    words += cat(words.empty() ? "" : how == said ? ", " : "; ", how == said ? "" : how, told(d));
    said = how;
  }
  if (!words.empty() || deviations.empty()) return words;
  words = "unusual together: " + told(deviations[0]);
  if (deviations.size() > 1) words += " with " + told(deviations[1]);
  return words;
}

}  // namespace

std::vector<Unusual> rank_by_distance(const Set& set) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < set.items.size(); ++i) {
    if (set.items[i].kept && !set.items[i].features.empty()) kept.push_back(i);
  }
  if (kept.size() < kFewestItems) return {};
  const std::vector<Column> columns = columns_of(set, kept);
  if (columns.empty()) return {};

  Rows scores;
  for (const std::size_t i : kept) {
    auto& row = scores.emplace_back();
    for (const Column& column : columns) {
      const auto found = set.items[i].features.find(column.name);
      const bool known = found != set.items[i].features.end() && std::isfinite(found->second);
      const double score = known ? (found->second - column.median) / column.deviation : 0.0;
      row.push_back(std::clamp(score, -kLargestScore, kLargestScore));
    }
  }
  const Rows lower = cholesky(shrunk_covariance(scores));

  std::vector<Unusual> ranked;
  for (std::size_t r = 0; r < kept.size(); ++r) {
    const auto& row = scores[r];
    const std::vector<double> weighted = solve(lower, row);
    double square = 0;
    std::vector<std::size_t> order(row.size());
    std::vector<double> weight(row.size());
    for (std::size_t j = 0; j < row.size(); ++j) {
      square += row[j] * weighted[j];
      order[j] = j;
      // What is far out counts by itself; else what makes the distance.
      weight[j] = std::abs(row[j]) >= 2 ? 1000 + std::abs(row[j]) : row[j] * weighted[j];
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
    Unusual unusual{kept[r], std::sqrt(square / static_cast<double>(row.size())), {}, {}};
    for (std::size_t j = 0; j < std::min<std::size_t>(3, order.size()); ++j) {
      const Column& column = columns[order[j]];
      const auto found = set.items[kept[r]].features.find(column.name);
      if (found == set.items[kept[r]].features.end()) continue;
      unusual.deviations.push_back({column.name, found->second, column.median, row[order[j]]});
    }
    unusual.words = words_of(unusual.deviations);
    ranked.push_back(std::move(unusual));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Unusual& a, const Unusual& b) { return a.distance > b.distance; });
  return ranked;
}

}  // namespace continuo::data
