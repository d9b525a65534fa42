// The drawings of a data card.
#include "models/data/card/charts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/data/card/text.h"

namespace continuo::data {

namespace {

constexpr double kWidth = 340;

std::string open_svg(double width, double height, const std::string& label, const char* style = "chart") {
  return cat("<svg class=\"", style, "\" viewBox=\"0 0 ", coordinate(width), " ", coordinate(height),
             "\" role=\"img\" aria-label=\"", escape(label), "\">");
}

std::string rect(double x, double y, double width, double height, const std::string& style,
                 const std::string& title = "", const std::string& more = "") {
  const std::string head =
      cat("<rect class=\"", style, "\" x=\"", coordinate(x), "\" y=\"", coordinate(y), "\" width=\"",
          coordinate(width), "\" height=\"", coordinate(height), "\"", more);
  return title.empty() ? head + "/>" : cat(head, "><title>", escape(title), "</title></rect>");
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return cat("<line class=\"", style, "\" x1=\"", coordinate(x1), "\" y1=\"", coordinate(y1), "\" x2=\"",
             coordinate(x2), "\" y2=\"", coordinate(y2), "\"/>");
}

std::string text(double x, double y, const std::string& words, const char* style,
                 const char* anchor = "middle") {
  return cat("<text class=\"", style, "\" x=\"", coordinate(x), "\" y=\"", coordinate(y), "\" text-anchor=\"",
             anchor, "\">", escape(words), "</text>");
}

bool black_key(int midi) {
  constexpr std::array<bool, 12> black = {false, true,  false, true,  false, false,
                                          true,  false, true,  false, true,  false};
  return black[static_cast<std::size_t>(((midi % 12) + 12) % 12)];
}

std::string amount(double value, const std::string& unit) {
  return unit == "s" || unit == "seconds"
             ? time_words(value)
             : num(value) + " " + (value == 1 && unit.back() == 's' ? unit.substr(0, unit.size() - 1) : unit);
}

// A label that stays inside the drawing.
const char* anchor_at(double x, double width) {
  return x < 46 ? "start" : x > width - 46 ? "end" : "middle";
}

// A keyboard from MIDI number `low` up to and without `high`, in the columns of a chart.
std::string keyboard(int low, int high, double x, double y, double column, double height) {
  std::string out = rect(x, y, column * (high - low), height, "white-keys");
  for (int midi = low; midi < high; ++midi) {
    const double left = x + column * (midi - low);
    if (black_key(midi)) out += rect(left + 0.12 * column, y, 0.76 * column, 0.62 * height, "black-key");
    if (midi % 12 == 0 && midi > low) out += line(left, y, left, y + height, "key-edge");
  }
  return out;
}

// First and last bin that hold anything; {0, 0} when empty.
std::pair<std::size_t, std::size_t> filled(const std::vector<double>& bins) {
  std::size_t low = bins.size(), high = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] <= 0) continue;
    low = std::min(low, i);
    high = i + 1;
  }
  return low < high ? std::pair{low, high} : std::pair<std::size_t, std::size_t>{0, 0};
}

std::size_t tallest(const std::vector<double>& bins) {
  return static_cast<std::size_t>(std::max_element(bins.begin(), bins.end()) - bins.begin());
}

}  // namespace

std::string histogram(const std::vector<double>& bins, const Axis& axis, const std::string& label) {
  if (bins.empty() || bins[tallest(bins)] <= 0) return "";
  constexpr double kTop = 24, kBase = 128, kLeft = 6, kRight = kWidth - 6;
  const double column = (kRight - kLeft) / static_cast<double>(bins.size());
  const double highest = bins[tallest(bins)];
  std::string out = open_svg(kWidth, 168, label);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] <= 0) continue;
    const double height = std::max(1.0, (kBase - kTop) * bins[i] / highest);
    const double gap = column > 4 ? 1 : 0.25;
    out +=
        rect(kLeft + column * static_cast<double>(i) + gap / 2, kBase - height, column - gap, height, "bar",
             cat(num(axis.first + axis.step * static_cast<double>(i), 2), ": ", amount(bins[i], axis.unit)));
  }
  out += line(kLeft, kBase, kRight, kBase, "axis");
  for (const auto& [value, words] : axis.ticks) {
    const double x = kLeft + column * ((value - axis.first) / axis.step + 0.5);
    if (x < kLeft - 1 || x > kRight + 1) continue;
    out += line(x, kBase, x, kBase + 4, "axis");
    out += text(x, kBase + 18, words, "tick", x < 14 ? "start" : x > kWidth - 14 ? "end" : "middle");
  }
  out += text(kWidth / 2, kBase + 36, axis.title, "title");
  const double peak = kLeft + column * (static_cast<double>(tallest(bins)) + 0.5);
  out += text(peak, kTop - 8, amount(highest, axis.unit), "peak", anchor_at(peak, kWidth));
  return out + "</svg>";
}

std::string pitch_histogram(const std::vector<double>& bins, const std::string& unit) {
  const auto [first, last] = filled(bins);
  if (first == last) return "";
  int low = static_cast<int>(first) / 12 * 12, high = (static_cast<int>(last) + 11) / 12 * 12;
  while (high - low < 36) (low >= 12 && 120 - high < low - 12) || high >= 120 ? low -= 12 : high += 12;
  constexpr double kTop = 24, kBase = 112, kLeft = 6;
  const double column = (kWidth - 2 * kLeft) / (high - low);
  const double highest = bins[tallest(bins)];
  std::string out = open_svg(kWidth, 168, "How often each pitch sounds");
  for (int midi = low; midi < high && midi < 128; ++midi) {
    const double value = bins[static_cast<std::size_t>(midi)];
    if (value <= 0) continue;
    const double height = std::max(1.0, (kBase - kTop) * value / highest), gap = column > 4 ? 1 : 0.25;
    out += rect(kLeft + column * (midi - low) + gap / 2, kBase - height, column - gap, height, "bar",
                cat(note_name(midi), ": ", amount(value, unit)));
  }
  out += keyboard(low, high, kLeft, kBase + 2, column, 14);
  for (int midi = low; midi < high; midi += 12) {
    out += text(kLeft + column * (midi - low) + column / 2, kBase + 34, note_name(midi), "tick",
                midi == low ? "start" : "middle");
  }
  out += text(kWidth / 2, kBase + 52, "pitch", "title");
  const int peak = static_cast<int>(tallest(bins));
  const double x = kLeft + column * (peak - low + 0.5);
  out += text(x, kTop - 8, cat(note_name(peak), ", ", amount(highest, unit)), "peak", anchor_at(x, kWidth));
  return out + "</svg>";
}

std::string plane(const Facts& facts) {
  if (facts["cells"].empty()) return "";
  std::vector<std::vector<double>> cells(facts["pitches"],
                                         std::vector<double>(facts["levels"].get<std::size_t>(), 0.0));
  for (const Facts& cell : facts["cells"])
    cells[cell[0].get<std::size_t>()][cell[1].get<std::size_t>()] = cell[2];
  const double midi_step = facts["midi_step"], db_step = facts["db_step"], floor_db = facts["from_db"];
  std::vector<double> pitches(cells.size(), 0.0), levels(cells[0].size(), 0.0);
  double most = 0;
  std::size_t most_column = 0, most_row = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::size_t j = 0; j < cells[i].size(); ++j) {
      pitches[i] += cells[i][j];
      levels[j] += cells[i][j];
      if (cells[i][j] > most) most = cells[i][most_row = j], most_column = i;
    }
  }
  if (most <= 0) return "";
  const auto [first, last] = filled(pitches);
  const int octave = static_cast<int>(12 / midi_step);
  int low = static_cast<int>(first) / octave * octave,
      high = (static_cast<int>(last) + octave - 1) / octave * octave;
  while (high - low < 3 * octave)
    high < static_cast<int>(cells.size()) - octave ? high += octave : low -= octave;
  high = std::min(high, static_cast<int>(cells.size()));
  const auto lowest_row = static_cast<int>((-60 - floor_db) / db_step);
  const int rows = static_cast<int>(levels.size()) - lowest_row;

  constexpr double kLeft = 84, kPlot = 500, kTop = 84, kTall = 290, kSide = 92,
                   kTotal = kLeft + kPlot + kSide + 8;
  const double column = kPlot / (high - low), row = kTall / rows;
  const double tallest_pitch = pitches[tallest(pitches)], tallest_level = levels[tallest(levels)];
  std::string out = open_svg(kTotal, 432, "Time spent at each pitch and level", "chart wide");
  for (int level = -60; level <= 0; level += 20) {
    const double y = kTop + kTall * (-level / 60.0);
    out += line(kLeft, y, kLeft + kPlot, y, "grid");
    out += text(kLeft - 8, y + 5, cat(num(level), level == 0 ? " dB" : ""), "tick", "end");
  }
  for (int i = low; i < high; ++i) {
    const double x = kLeft + column * (i - low);
    for (int j = 0; j < rows; ++j) {
      const double seconds = cells[static_cast<std::size_t>(i)][static_cast<std::size_t>(j + lowest_row)];
      if (seconds <= 0) continue;
      const double shade = 0.1 + 0.9 * std::sqrt(seconds / most);
      const double db = floor_db + db_step * (j + lowest_row);
      out += rect(x + 0.5, kTop + kTall - row * (j + 1) + 0.5, column - 1, row - 1, "cell",
                  cat(note_name(i * midi_step), ", ", num(db, 1), " dB: ", amount(seconds, "s")),
                  cat(" fill-opacity=\"", coordinate(shade), "\""));
    }
    const double height = 50 * pitches[static_cast<std::size_t>(i)] / tallest_pitch;
    if (height > 0) out += rect(x + 0.5, kTop - 6 - height, column - 1, height, "bar soft");
  }
  for (int j = 0; j < rows; ++j) {
    const double width = (kSide - 10) * levels[static_cast<std::size_t>(j + lowest_row)] / tallest_level;
    if (width > 0)
      out += rect(kLeft + kPlot + 8, kTop + kTall - row * (j + 1) + 0.5, width, row - 1, "bar soft");
  }
  const int low_midi = static_cast<int>(low * midi_step), high_midi = static_cast<int>(high * midi_step);
  const double key = kPlot / (high_midi - low_midi);
  out += keyboard(low_midi, high_midi, kLeft, kTop + kTall + 5, key, 16);
  for (int midi = low_midi; midi < high_midi; midi += 12)
    out += text(kLeft + key * (midi - low_midi) + key / 2, kTop + kTall + 46, note_name(midi), "tick");
  const double x = kLeft + column * (static_cast<double>(most_column) - low + 0.5);
  out +=
      text(x, 18,
           cat("most: ", amount(most, "s"), " near ", note_name(static_cast<double>(most_column) * midi_step),
               " at ", num(floor_db + db_step * static_cast<double>(most_row)), " dB"),
           "peak",
           x < 200            ? "start"
           : x > kTotal - 200 ? "end"
                              : "middle");
  return out + "</svg>";
}

std::string named_bars(const std::vector<Row>& rows) {
  double highest = 0;
  for (const Row& row : rows) highest = std::max(highest, row.value);
  if (highest <= 0) return "";
  std::string out = "<div class=\"rows\">";
  for (const Row& row : rows) {
    out += cat("<div class=\"row\"><span class=\"name\">", escape(row.name),
               "</span><span class=\"track\"><span class=\"fill\" style=\"width:",
               coordinate(std::max(0.5, 100 * row.value / highest)),
               "%\"></span></span><span class=\"value\">", escape(row.words), "</span></div>");
  }
  return out + "</div>";
}

std::string parts_bar(const std::vector<Row>& rows) {
  double total = 0;
  for (const Row& row : rows) total += row.value;
  if (total <= 0) return "";
  std::string bar = "<div class=\"parts\">", names = "<div class=\"part-names\">";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].value > 0)
      bar += cat("<span class=\"part p", i, "\" style=\"width:", coordinate(100 * rows[i].value / total),
                 "%\"></span>");
    names += cat("<span class=\"part-name\"><span class=\"swatch p", i, "\"></span><b>", escape(rows[i].name),
                 "</b> ", escape(rows[i].words), "</span>");
  }
  return bar + "</div>" + names + "</div>";
}

std::string contour(const Facts& facts) {
  const auto& midi = facts["midi"];
  const auto& db = facts["db"];
  if (midi.empty()) return "";
  constexpr double kTall = 76, kLeft = 34, kRight = 320;
  double low = 1000, high = -1000;
  for (const Facts& m : midi) {
    if (m.is_null()) continue;
    low = std::min(low, m.get<double>());
    high = std::max(high, m.get<double>());
  }
  const double column = (kRight - kLeft) / static_cast<double>(midi.size());
  std::string area = cat("M", coordinate(kLeft), " ", coordinate(kTall));
  for (std::size_t i = 0; i < db.size(); ++i) {
    const double y = kTall - kTall * std::clamp((db[i].get<double>() + 60) / 60, 0.0, 1.0);
    area += cat("L", coordinate(kLeft + column * static_cast<double>(i)), " ", coordinate(y), "H",
                coordinate(kLeft + column * static_cast<double>(i + 1)));
  }
  std::string out = open_svg(kRight, kTall + 4, "Pitch and level over time", "small");
  out += cat("<path class=\"level\" d=\"", area, "L", coordinate(kRight), " ", coordinate(kTall), "Z\"/>");
  if (low <= high) {
    const double margin = std::max(0.5, (4 - (high - low)) / 2);
    const double bottom = low - margin, top = high + margin;
    const auto y_of = [&](double m) { return 4 + (kTall - 8) * (top - m) / (top - bottom); };
    std::string path;
    bool down = false;
    for (std::size_t i = 0; i < midi.size(); ++i) {
      if (midi[i].is_null()) {
        down = false;
        continue;
      }
      const double x = kLeft + column * (static_cast<double>(i) + 0.5);
      path += cat(down ? "L" : "M", coordinate(x), " ", coordinate(y_of(midi[i])), down ? "" : "h0.1");
      down = true;
    }
    out += cat("<path class=\"pitch\" d=\"", path, "\"/>");
    out += text(kLeft - 4, y_of(high) + 4, note_name(high), "tick", "end");
    if (std::lround(high) != std::lround(low) && y_of(low) - y_of(high) > 12)
      out += text(kLeft - 4, y_of(low) + 4, note_name(low), "tick", "end");
  } else {
    out += text((kLeft + kRight) / 2, kTall / 2, "no sure pitch", "title");
  }
  return out + "</svg>";
}

std::string roll(const Facts& notes) {
  if (notes.empty()) return "";
  constexpr double kTall = 84, kLeft = 34, kRight = 320;
  constexpr double kMostSteps = 256;
  double low = 127, high = 0, begin = 1e9, end = 0;
  for (const Facts& n : notes) begin = std::min(begin, n[1].get<double>());
  for (const Facts& n : notes) {
    if (n[1].get<double>() >= begin + kMostSteps) continue;
    low = std::min(low, n[0].get<double>());
    high = std::max(high, n[0].get<double>());
    end = std::max(end, std::min(begin + kMostSteps, n[2].get<double>()));
  }
  const double lines = std::max(8.0, high - low + 1), row = (kTall - 6) / lines;
  const double column = (kRight - kLeft) / std::max(1.0, end - begin);
  std::string out = open_svg(kRight, kTall, "Its first notes", "small");
  for (const Facts& n : notes) {
    const double start = n[1].get<double>() - begin;
    if (start >= kMostSteps) continue;
    const double stop = std::min(end, n[2].get<double>()) - begin;
    const std::string role = n[3];
    const char* style = role == "bass"     ? "note bass"
                        : role == "drums"  ? "note drums"
                        : role == "melody" ? "note"
                                           : "note other";
    out += rect(kLeft + column * start, 3 + row * (high - n[0].get<double>()),
                std::max(1.0, column * (stop - start) - 0.6), std::max(1.6, row - 0.4), style);
  }
  const bool drums = notes[0][3] == "drums";
  out += text(kLeft - 4, 11, drums ? "drums" : note_name(high), "tick", "end");
  if (!drums && high - low > 3)
    out += text(kLeft - 4, 3 + row * (high - low + 1), note_name(low), "tick", "end");
  return out + "</svg>";
}

}  // namespace continuo::data
