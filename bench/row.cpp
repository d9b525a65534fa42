// Rows as a table and as JSON.
#include "bench/row.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace continuo::bench {

namespace {

constexpr size_t kColumns = 8;
using Cells = std::array<std::string, kColumns>;

std::string number(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return "";
  if (*value == std::round(*value) && std::fabs(*value) < 1e9) return text("%.0f", *value);
  return text(std::fabs(*value) < 10 ? "%.3f" : "%.1f", *value);
}

nlohmann::ordered_json json_number(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  return *value;
}

Cells cells(const Row& row) {
  if (!row.absent.empty()) return {row.id, "absent", row.unit, "", "", "", "", row.absent};
  return {row.id,
          number(row.value),
          row.unit,
          row.peer,
          number(row.peer_value),
          row.ratio() ? text("%.2f", *row.ratio()) : "",
          row.limit_share ? text("%.2f", *row.limit_share) : "",
          row.note};
}

}  // namespace

std::optional<double> Row::ratio() const {
  if (!value || !peer_value || *value <= 0 || *peer_value <= 0) return std::nullopt;
  return better == Better::kLess ? *peer_value / *value : *value / *peer_value;
}

Row absent_row(std::string id, std::string unit, std::string why) {
  Row row;
  row.id = std::move(id);
  row.unit = std::move(unit);
  row.absent = std::move(why);
  return row;
}

std::string to_table(const std::vector<Row>& rows) {
  std::vector<Cells> lines{{"id", "value", "unit", "peer", "peer value", "ratio", "limit share", "note"}};
  for (const Row& row : rows) lines.push_back(cells(row));
  std::array<size_t, kColumns> widths{};
  for (const Cells& line : lines) {
    for (size_t c = 0; c < kColumns; ++c) widths[c] = std::max(widths[c], line[c].size());
  }
  std::string out;
  for (const Cells& line : lines) {
    std::string shown;
    for (size_t c = 0; c < kColumns; ++c) {
      const bool right = c == 1 || (c >= 4 && c <= 6);
      const std::string gap(widths[c] - line[c].size(), ' ');
      shown += (c == 0 ? "" : "  ") + (right ? gap + line[c] : line[c] + gap);
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    out += shown + "\n";
  }
  return out;
}

std::string to_json(const std::vector<Row>& rows) {
  auto array = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json object;
    object["id"] = row.id;
    object["value"] = json_number(row.value);
    object["unit"] = row.unit;
    object["peer"] = row.peer.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(row.peer);
    object["peer_value"] = json_number(row.peer_value);
    object["ratio"] = json_number(row.ratio());
    object["limit_share"] = json_number(row.limit_share);
    if (!row.note.empty()) object["note"] = row.note;
    if (!row.absent.empty()) object["absent"] = row.absent;
    array.push_back(std::move(object));
  }
  return array.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

double quantile(std::vector<double> samples, double q) {
  if (samples.empty()) return std::nan("");
  const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(samples.size())));
  const size_t index = std::clamp<size_t>(rank, 1, samples.size()) - 1;
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index), samples.end());
  return samples[index];
}

std::string text(const char* format, ...) {
  char buffer[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

}  // namespace continuo::bench
