// What is known of recordings beforehand.
#include "models/data/audio/labels.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> csv_row(const std::string& line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += line[++i];
      } else {
        quoted = !quoted;
      }
    } else if (c == separator && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

std::string header_word(std::string text) {
  std::erase_if(text, [](unsigned char c) { return !std::isalnum(c); });
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The first column whose header is one of the names, in the names' order; -1: none.
int column(const std::vector<std::string>& header, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header_word(header[i]) == name) return static_cast<int>(i);
    }
  }
  return -1;
}

std::string cell(const std::vector<std::string>& row, int at) {
  return at < 0 || static_cast<std::size_t>(at) >= row.size() ? "" : row[static_cast<std::size_t>(at)];
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || text.empty() || value < 0 || value > 127) return std::nullopt;
  return value;
}

// A name that something may be called by, not a measure and not a sentence.
bool is_word(const std::string& text) {
  constexpr std::size_t kLongest = 32;
  return !text.empty() && text.size() <= kLongest && std::isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
}

}  // namespace

Labels::Labels(const std::string& how) : folders_(how == "folders"), stamp_(how) {
  if (how.empty() || folders_) return;
  std::ifstream in(how, std::ios::binary);
  if (!in || fs::is_directory(how))
    throw std::runtime_error(how + ": no such file; --labels takes a CSV file, or the word folders");
  std::ostringstream whole;
  whole << in.rdbuf();
  const std::string text = std::move(whole).str();
  stamp_.append("-").append(
      std::to_string(crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()))));
  std::istringstream lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  std::string line;
  std::getline(lines, line);
  const char separator = std::count(line.begin(), line.end(), ';') > std::count(line.begin(), line.end(), ',')
                             ? ';'
                         : line.find('\t') != std::string::npos ? '\t'
                                                                : ',';
  const auto header = csv_row(line, separator);
  const int file = column(header, {"file", "filename", "path", "filepath", "audio", "name"});
  const int label = column(header, {"label", "technique", "class", "klass", "style"});
  const int midi = column(header, {"midi", "pitch"});
  const int velocity = column(header, {"velocity"});
  if (file < 0 || (label < 0 && midi < 0))
    throw std::runtime_error(
        how +
        ": its first line must name a column \"file\" and one \"technique\" (or \"label\", or \"midi\"); it "
        "is \"" +
        line + "\"");
  std::set<std::string> twice;
  while (std::getline(lines, line)) {
    const auto row = csv_row(line, separator);
    const std::string path = fs::path(cell(row, file)).lexically_normal().generic_string();
    if (path.empty() || path == ".") continue;
    Known known{cell(row, label), number(cell(row, midi)), {}, {}};
    for (std::size_t i = 0; i < header.size(); ++i) {
      const int at = static_cast<int>(i);
      const std::string word = cell(row, at);
      if (at == file || at == midi || at == velocity || !is_word(word)) continue;
      known.tags[header_word(header[i])] = word;
    }
    if (const auto v = number(cell(row, velocity))) known.velocity = static_cast<int>(*v);
    rows_[path] = known;
    const std::string stem = fs::path(path).stem().string();
    if (!by_name_.try_emplace(stem, known).second) twice.insert(stem);
  }
  for (const std::string& stem : twice) by_name_.erase(stem);
}

std::string Labels::example() const {
  return rows_.empty() ? std::string() : rows_.begin()->first;
}

Known Labels::of(const Recording& recording) const {
  if (folders_) {
    const std::string folder = fs::path(recording.name).parent_path().filename().string();
    Known known{folder, {}, {}, {}};
    if (is_word(folder)) known.tags["technique"] = folder;
    return known;
  }
  const std::string path = fs::path(recording.name).generic_string();
  if (const auto found = rows_.find(path); found != rows_.end()) return found->second;
  const auto found = by_name_.find(fs::path(recording.name).stem().string());
  return found != by_name_.end() ? found->second : Known{};
}

}  // namespace continuo::data
