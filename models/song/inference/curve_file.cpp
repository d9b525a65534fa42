// Curves as text.
#include "models/song/inference/curve_file.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "models/io/error.h"

namespace continuo::song {
namespace {

using io::Error;
constexpr double kLongest_s = 3600;
constexpr std::array<std::string_view, 3> kColumns = {"time_s", "f0_hz", "level_db"};

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t comma = line.find(',');
    std::string_view cell = line.substr(0, comma);
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\r')) cell.remove_suffix(1);
    out.push_back(cell);
    if (comma == std::string_view::npos) return out;
    line.remove_prefix(comma + 1);
  }
}

bool number(std::string_view cell, double& value) {
  const std::string text(cell);
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == 0 && std::isfinite(value);
}

struct Line {
  double time, hz, db;
};

float to_midi(double hz) {
  return hz > 0 ? static_cast<float>(69 + 12 * std::log2(hz / 440)) : 0.0f;
}

}  // namespace

Curve parse_curve(std::string_view text, const std::string& where, double frame_rate) {
  std::array<std::size_t, 3> column = {0, 1, 2};
  std::vector<Line> lines;
  int row = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++row;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string at = where + ": line " + std::to_string(row) + ": ";
    const auto values = cells(line);
    std::array<double, 3> v{};
    if (row == 1 && !number(values[0], v[0])) {
      for (std::size_t k = 0; k < 3; ++k) {
        std::size_t c = 0;
        while (c < values.size() && values[c] != kColumns[k]) ++c;
        if (c == values.size())
          throw Error(at + "there is no column \"" + std::string(kColumns[k]) +
                      "\"; expected time_s, f0_hz and level_db");
        column[k] = c;
      }
      continue;
    }
    for (std::size_t k = 0; k < 3; ++k) {
      if (column[k] >= values.size() || !number(values[column[k]], v[k]))
        throw Error(at + "expected a number for " + std::string(kColumns[k]));
    }
    if (v[0] < 0 || v[0] > kLongest_s) throw Error(at + "time_s must lie between 0 and 3600");
    if (!lines.empty() && v[0] <= lines.back().time) throw Error(at + "times must rise from line to line");
    if (v[1] < 0 || v[1] > 20000) throw Error(at + "f0_hz must lie between 0 (no pitch) and 20000");
    if (v[2] < -200 || v[2] > 40) throw Error(at + "level_db must lie between -200 and 40");
    lines.push_back({v[0], v[1], v[2]});
  }
  if (lines.empty()) throw Error(where + ": holds no frames; expected lines of time_s,f0_hz,level_db");
  Curve curve;
  curve.frame_rate = frame_rate;
  const auto frames = static_cast<std::size_t>(std::floor(lines.back().time * frame_rate + 1e-6)) + 1;
  std::size_t i = 0;
  for (std::size_t j = 0; j < frames; ++j) {
    const double t = static_cast<double>(j) / frame_rate;
    while (i + 1 < lines.size() && lines[i + 1].time <= t + 1e-9) ++i;
    const Line& here = lines[i];
    if (t + 1e-9 < here.time) {  // before the first line
      curve.midi.push_back(0);
      curve.db.push_back(-80);
      continue;
    }
    float midi = to_midi(here.hz), db = static_cast<float>(here.db);
    if (i + 1 < lines.size() && here.hz > 0 && lines[i + 1].hz > 0) {
      const auto along = static_cast<float>((t - here.time) / (lines[i + 1].time - here.time));
      midi += along * (to_midi(lines[i + 1].hz) - midi);
      db += along * (static_cast<float>(lines[i + 1].db) - db);
    }
    curve.midi.push_back(midi);
    curve.db.push_back(db);
  }
  curve.technique.assign(frames, 0);
  return curve;
}

Curve read_curve(const std::filesystem::path& file, double frame_rate) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(file.string() + ": cannot be read");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_curve(text, file.filename().string(), frame_rate);
}

void write_curve(const std::filesystem::path& file, const Curve& curve) {
  std::ofstream out(file);
  out << "time_s,f0_hz,level_db\n";
  char line[96];
  for (std::size_t j = 0; j < curve.frames(); ++j) {
    const double hz = curve.midi[j] > 0 ? 440 * std::exp2((double(curve.midi[j]) - 69) / 12) : 0;
    std::snprintf(line, sizeof line, "%.3f,%.3f,%.2f\n", static_cast<double>(j) / curve.frame_rate, hz,
                  double(curve.db[j]));
    out << line;
  }
  if (!out.flush()) throw Error(file.string() + ": can't be written");
}

}  // namespace continuo::song
