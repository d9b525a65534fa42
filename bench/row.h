// A figure as `continuo bench` shows it, and the two ways to print many.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace continuo::bench {

enum class Better { kLess, kMore };

struct Row {
  std::string id;
  std::string unit;
  Better better = Better::kLess;
  std::optional<double> value;
  std::string peer;  // what is measured beside it; empty: nothing
  std::optional<double> peer_value;
  std::optional<double> limit_share;  // of machine_*, for kernels
  std::string note;                   // goal, percentiles, conditions
  std::string absent;                 // why there is no value

  // Above 1: we are better. None without a peer, or when either value is 0 (counts of faults).
  [[nodiscard]] std::optional<double> ratio() const;
};

Row absent_row(std::string id, std::string unit, std::string why);

// For a terminal.
std::string to_table(const std::vector<Row>& rows);
// An array of {"id","value","unit","peer","peer_value","ratio","limit_share","note"}; null where there is
// none; "absent": why, where there is no value.
std::string to_json(const std::vector<Row>& rows);

// The q-th quantile (0..1) of real samples, by nearest rank; NaN without any.
double quantile(std::vector<double> samples, double q);

// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...);

}  // namespace continuo::bench
