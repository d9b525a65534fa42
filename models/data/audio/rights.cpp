// What a folder's README or LICENSE says about its licence and whom to name.
#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <sstream>
#include <string_view>

#include "models/data/audio/recordings.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostLines = 400;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r*#>"), last = text.find_last_not_of(" \t\r*");
  return first == std::string_view::npos ? "" : std::string(text.substr(first, last - first + 1));
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_licence(const std::string& word) {
  const std::string small = lower(word);
  return small == "licence" || small == "license" || small == "rights";
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; lines.size() < kMostLines && std::getline(in, line);) lines.push_back(line);
  return lines;
}

// "| a | b |" to its cells; nothing for other lines.
std::vector<std::string> cells_of(const std::string& line) {
  const std::string text = trimmed(line);
  if (!text.starts_with('|')) return {};
  std::vector<std::string> cells;
  std::istringstream in(text.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trimmed(cell));
  return cells;
}

void add_distinct(std::string& list, const std::string& value) {
  if (value.empty() || value.starts_with("--") || list.find(value) != std::string::npos) return;
  list += (list.empty() ? "" : "; ") + value;
}

// What a table's column says, row by row: at once where all say the same, else each with its row's name.
class Column {
 public:
  void add(const std::vector<std::string>& cells, std::size_t column) {
    if (column >= cells.size() || cells[0].starts_with("--")) return;
    const bool as_above = lower(cells[column]).starts_with("same") && !rows_.empty();
    const std::string value = as_above ? rows_.back().second : cells[column];
    if (!value.empty()) rows_.emplace_back(cells[0], value);
  }
  void say(std::string& list) const {
    const bool alike = std::all_of(rows_.begin(), rows_.end(),
                                   [&](const auto& row) { return row.second == rows_.front().second; });
    for (const auto& [name, value] : rows_) add_distinct(list, alike ? value : name + ": " + value);
  }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

// A table with a column "licence" (and "attribution"), or a row "| licence | CC0 |".
void from_tables(const std::vector<std::string>& lines, Source& source) {
  std::size_t licence = 0, attribution = 0;
  bool inside = false;
  Column licences, attributions;
  for (const std::string& line : lines) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.empty()) {
      inside = false;
      continue;
    }
    if (inside) {
      licences.add(cells, licence);
      attributions.add(cells, attribution);
      continue;
    }
    const auto found = std::find_if(cells.begin(), cells.end(), is_licence);
    if (cells.size() == 2 && is_licence(cells[0])) {
      add_distinct(source.licence, cells[1]);
    } else if (cells.size() == 2 && lower(cells[0]) == "attribution") {
      add_distinct(source.attribution, cells[1]);
    } else if (found != cells.end()) {
      inside = true;
      licence = static_cast<std::size_t>(found - cells.begin());
      attribution = static_cast<std::size_t>(
          std::find_if(cells.begin(), cells.end(), [](const auto& c) { return lower(c) == "attribution"; }) -
          cells.begin());
    }
  }
  licences.say(source.licence);
  attributions.say(source.attribution);
}

// "licence: CC0", "**License**: MIT", "Attribution: ...".
void from_keys(const std::vector<std::string>& lines, Source& source) {
  for (const std::string& line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = lower(trimmed(line.substr(0, colon))), value = trimmed(line.substr(colon + 1));
    if (is_licence(key) && source.licence.empty()) source.licence = value;
    if (key == "attribution" && source.attribution.empty()) source.attribution = value;
  }
}

void from_words(const std::vector<std::string>& lines, Source& source) {
  for (const std::string& line : lines) {
    const std::string small = lower(line);
    if (small.find("licence") == std::string::npos && small.find("license") == std::string::npos) continue;
    source.licence = trimmed(line);
    return;
  }
}

}  // namespace

void read_rights(const fs::path& folder, Source& source) {
  std::error_code error;
  for (const char* name : {"README.md", "README.txt", "README", "readme.md", "readme.txt"}) {
    if (!fs::is_regular_file(folder / name, error)) continue;
    const auto lines = lines_of(folder / name);
    from_keys(lines, source);
    if (source.licence.empty()) from_tables(lines, source);
    if (source.licence.empty()) from_words(lines, source);
  }
  if (!source.licence.empty()) return;
  for (const char* name : {"LICENSE", "LICENCE", "LICENSE.txt", "LICENCE.txt", "LICENSE.md", "COPYING"}) {
    if (!fs::is_regular_file(folder / name, error)) continue;
    for (const std::string& line : lines_of(folder / name)) {
      source.licence = trimmed(line);
      if (!source.licence.empty()) return;
    }
  }
}

}  // namespace continuo::data
