#include "models/train/audition_page.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "models/data/card/page_style.h"
#include "models/data/card/text.h"
#include "models/data/set.h"

namespace continuo::train {
namespace {

using data::cat;
using data::coordinate;
using data::escape;
using data::num;

constexpr double kWidth = 1060, kHeight = 240, kLeft = 44, kBottom = 28;

constexpr const char* kOwnStyle = R"css(
.sound{background:var(--panel);border:1px solid var(--hair);border-radius:10px;padding:16px 18px;margin-top:18px;
display:grid;grid-template-columns:minmax(260px,480px) 1fr;gap:24px;align-items:start}
.sound img{width:100%;border-radius:4px;image-rendering:auto}
.sound label{display:block;font-size:14px;color:var(--quiet);margin-bottom:12px}
.trained{fill:none;stroke:var(--data-soft);stroke-width:2}.heard{fill:none;stroke:var(--data);stroke-width:2.5}
@media (max-width:760px){.sound{grid-template-columns:1fr}}
)css";

// The loss while training (pale) and on held-out recordings (full), over minutes.
std::string loss_curve(const std::vector<LossPoint>& history) {
  if (history.size() < 2) return {};
  double top = 0, low = 1e9;
  for (const LossPoint& p : history) {
    for (const double v : {p.loss, p.held_out_loss}) {
      if (v <= 0) continue;
      top = std::max(top, v);
      low = std::min(low, v);
    }
  }
  top = std::min(std::ceil(top), std::ceil(3 * low));  // the first moments tell little
  low = std::floor(low);
  if (top <= low) top = low + 1;
  const double end = std::max(history.back().minutes, 1e-3);
  const auto x = [&](double minutes) { return coordinate(kLeft + (kWidth - kLeft) * minutes / end); };
  const auto y = [&](double loss) {
    return coordinate((kHeight - kBottom) * (1 - (std::clamp(loss, low, top) - low) / (top - low)));
  };
  std::string svg = cat("<svg class=\"wide\" viewBox=\"0 0 ", kWidth, " ", kHeight,
                        "\" role=\"img\" aria-label=\"Loss over time\">");
  const double step = top - low > 8 ? 4 : (top - low > 4 ? 2 : 1);
  for (double v = low; v <= top; v += step) {
    svg += cat("<line class=\"grid\" x1=\"", kLeft, "\" x2=\"", kWidth, "\" y1=\"", y(v), "\" y2=\"", y(v),
               "\"/><text x=\"", kLeft - 8, "\" y=\"", y(v), "\" text-anchor=\"end\" dy=\".35em\">", num(v),
               "</text>");
  }
  for (const bool held_out : {false, true}) {
    std::string points;
    for (const LossPoint& p : history) {
      const double v = held_out ? p.held_out_loss : p.loss;
      if (v > 0) points += cat(x(p.minutes), ",", y(v), " ");
    }
    svg += cat("<polyline class=\"", held_out ? "heard" : "trained", "\" points=\"", points, "\"/>");
  }
  svg += cat("<text x=\"", kLeft, "\" y=\"", kHeight - 6, "\">0</text><text x=\"", kWidth, "\" y=\"",
             kHeight - 6, "\" text-anchor=\"end\">", num(end), " minutes</text></svg>");
  return cat(
      "<h2>Learning</h2><p class=\"about\">Spectral loss while training (pale) and on held-out "
      "recordings (full).</p>",
      svg);
}

std::string player(const std::string& words, const std::string& file) {
  return cat("<label>", words, "<audio controls preload=\"none\" src=\"", data::link(file),
             "\"></audio></label>");
}

std::string figure(const std::string& value, const std::string& words) {
  return cat("<li><b>", value, "</b><span>", words, "</span></li>");
}

}  // namespace

std::vector<LossPoint> read_history(const std::filesystem::path& file) {
  std::vector<LossPoint> history;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream cells(line);
    LossPoint point;
    if (cells >> point.minutes >> point.loss >> point.held_out_loss) history.push_back(point);
  }
  return history;
}

void append_history(const std::filesystem::path& file, const LossPoint& point) {
  std::ofstream(file, std::ios::app) << point.minutes << "," << point.loss << "," << point.held_out_loss
                                     << "\n";
}

void write_audition_page(const std::filesystem::path& folder, const ddsp::Report& report,
                         const std::vector<std::string>& clips, const std::vector<LossPoint>& history) {
  const ddsp::Evaluation& m = report.model;
  std::string page = cat(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>",
      escape(report.name), "</title><style>", data::kPageStyle, kOwnStyle,
      "</style><main><p class=\"eyebrow\">Audition of a DDSP model</p><h1>", escape(report.name), "</h1>");
  const auto lines = ddsp::verdict(report);
  page += cat("<p class=\"lead\">", escape(lines.front()), "</p><ul class=\"figures\">",
              figure(num(m.spectral_loss, 2), "spectral loss"),
              figure(num(report.table.spectral_loss, 2), "of a table without learning"),
              figure(num(m.loudness_l1_db, 1) + " dB", "loudness off"),
              figure(num(m.f0_l1_semitones, 3), "semitones off"));
  if (report.space) {
    page += figure(cat(num(report.space->perplexity, 1), " of ", report.space->codes), "codes in use");
    if (report.space->labels > 1)
      page += figure(num(report.space->read_percent) + " %", escape(report.space->space) + " told by codes");
  }
  page += "</ul><ul>";
  for (std::size_t i = 1; i < lines.size(); ++i) page += cat("<li>", escape(lines[i]), "</li>");
  page += cat("</ul>", loss_curve(history),
              "<h2>Listen</h2><p class=\"about\">Spectrograms from top to bottom: recording, model, table "
              "without learning; 90 dB, up to ",
              num(report.sample_rate / 2000.0), " kHz.</p>");
  for (const std::string& clip : clips) {
    page += cat("<section class=\"sound\"><img src=\"", data::link(clip + ".png"),
                "\" alt=\"Spectrograms of ", escape(clip), "\"><div><h3>", escape(clip), "</h3>",
                player("Recording", clip + "_original.wav"), player("Model", clip + "_model.wav"),
                player("Table without learning", clip + "_table.wav"), "</div></section>");
  }
  page += "</main></html>\n";
  data::write_file(folder / "index.html", page);
}

}  // namespace continuo::train
