// The sections of a data card that belong to one kind of set: sound, or notes.
#include <algorithm>

#include "models/data/card/charts.h"
#include "models/data/card/page_parts.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

std::vector<double> bins_of(const Facts& facts, const char* key) {
  return facts.value(key, std::vector<double>{});
}

std::string range_words(const Facts& pitch) {
  if (!pitch.contains("p5")) return "";
  return cat("Half lies below ", note_name(pitch["p50"]), "; nine tenths between ", note_name(pitch["p5"]),
             " and ", note_name(pitch["p95"]), ".");
}

// Rows of {name, "count"}, the first few, the others as one.
std::vector<Row> counted(const Facts& list, const char* name, std::size_t most) {
  double total = 0;
  for (const Facts& row : list) total += row["count"].get<double>();
  std::vector<Row> rows;
  double others = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const double count = list[i]["count"];
    if (i < most || list.size() == most + 1) {
      rows.push_back({list[i][name], count, percent(count / total)});
    } else {
      others += count;
    }
  }
  if (others > 0) rows.push_back({cat(list.size() - most, " others"), others, percent(others / total)});
  return rows;
}

std::string loudness_panel(const Facts& loudness) {
  // From -60 dB up: below, there is only the room.
  std::vector<double> bins = bins_of(loudness, "per_db");
  if (bins.size() > 20) bins.erase(bins.begin(), bins.begin() + 20);
  Axis axis{-60, 1, {}, "level in dB below full scale", "s"};
  for (int db = -60; db <= 0; db += 10) axis.ticks.emplace_back(db, num(db));
  std::string words;
  if (loudness.contains("p10"))
    words = cat("Four fifths lie within ", num(loudness["p90"].get<double>() - loudness["p10"].get<double>()),
                " dB, between ", num(loudness["p10"]), " and ", num(loudness["p90"]), " dB.");
  return panel("Loudness", histogram(bins, axis, "Time at each level"), words,
               "Nothing sounds above \u221260 dB.");
}

std::string confidence_panel(const Facts& confidence) {
  const Axis axis{
      0.025, 0.05, {{0, "unsure"}, {0.5, "0.5"}, {1, "sure"}}, "confidence of the pitch tracker", "s"};
  const double sounding = confidence["sounding_seconds"], pitched = confidence["pitched_seconds"];
  return panel(
      "Confidence", histogram(bins_of(confidence, "per_twentieth"), axis, "Time at each confidence"),
      sounding > 0 ? cat("A pitch is heard in ", percent(pitched / sounding), " of what sounds.") : "",
      "The set has no pitch tracks.");
}

std::string label_panel(const Facts& labels, const char* title) {
  std::vector<Row> rows;
  for (const Facts& label : labels)
    rows.push_back({label["label"], label["seconds"], time_words(label["seconds"])});
  return panel(title, named_bars(rows), "",
               "The items carry no labels. Folder names or a CSV can give them.");
}

}  // namespace

std::string audio_sections(const Facts& facts) {
  std::string out = section("Sound", "What the model will hear, and how often.");
  out += "<div class=\"panels\">";
  // SampleRNN learns samples: what pitch they have is not its business.
  const bool pitched = facts["use"] != "samplernn";
  const std::string drawn = plane(facts["plane"]);
  if (pitched && !drawn.empty())
    out += panel("Pitch and level together", drawn,
                 "A model plays well where the colour is strong and guesses where there is none.", "", true);
  if (pitched)
    out += panel("Pitch", pitch_histogram(bins_of(facts["pitch"], "per_midi"), "s"),
                 range_words(facts["pitch"]), "No pitch is sure enough to be counted.");
  out += loudness_panel(facts["loudness"]);
  if (pitched) out += confidence_panel(facts["confidence"]);
  out += label_panel(facts["labels"], pitched ? "Techniques" : "Labels");
  const Axis length{0.5, 1, {{0.5, "1 s"}, {10, "10 s"}, {20, "20 s"}, {30, "30 s"}}, "length", "items"};
  std::vector<double> lengths = bins_of(facts["lengths"], "per_second");
  while (lengths.size() > 12 && lengths.back() == 0) lengths.pop_back();
  out += panel("Lengths", histogram(lengths, length, "Items of each length"), "", "There are no items.");
  return out + "</div>";
}

std::string midi_sections(const Facts& facts) {
  std::string out = section("Music", "What the model will read, and how often.");
  out += "<div class=\"panels\">";
  out += panel("Pitch", pitch_histogram(bins_of(facts["pitch"], "per_midi"), "notes"),
               range_words(facts["pitch"]), "The files hold no notes.");

  std::vector<Row> examples;
  for (const Facts& kind : facts["examples"]) {
    const double count = kind["examples"], transposed = kind["transposed"], repeats = kind["repeats"];
    std::string words = num(count);
    if (transposed > 0) words += cat(", ", num(transposed), " transposed");
    if (repeats > 0) words += cat(", ", num(repeats), repeats == 1 ? " repeat" : " repeats");
    examples.push_back({kind["kind"], count, words});
  }
  out += panel("Examples", named_bars(examples), "A repeat is the same, note by note, in whatever key.",
               "No examples were made.");
  out += panel("Keys", named_bars(counted(facts["keys"], "key", 9)), "", "No keys are known.");
  out += panel("Metres", named_bars(counted(facts["metres"], "metre", 7)), "", "No metres are known.");

  Axis tempo{2.5, 5, {}, "beats a minute", "files"};
  for (int bpm = 0; bpm <= 240; bpm += 60) tempo.ticks.emplace_back(bpm, num(bpm));
  std::vector<double> tempi = bins_of(facts["tempi"], "per_5_bpm");
  if (tempi.size() > 50 && std::all_of(tempi.begin() + 50, tempi.end(), [](double v) { return v == 0; }))
    tempi.resize(50);
  out += panel("Tempi", histogram(tempi, tempo, "Files of each tempo"), "", "No tempi are known.");

  Axis velocity{0, 1, {{1, "1"}, {32, "32"}, {64, "64"}, {96, "96"}, {127, "127"}}, "velocity", "notes"};
  out += panel("Velocity",
               histogram(bins_of(facts["velocity"], "per_velocity"), velocity, "Notes of each velocity"), "",
               "The notes have no velocities.");

  Axis density{
      0, 1, {{0, "0"}, {8, "8"}, {16, "16"}, {24, "24"}, {32, "32 or more"}}, "notes in a bar", "bars"};
  out +=
      panel("Density", histogram(bins_of(facts["density"], "per_notes"), density, "Bars with so many notes"),
            "", "No bars were counted.");

  const Facts& grid = facts["grid"];
  std::string grid_words =
      grid["notes"].get<double>() > 0
          ? cat(percent(grid["off_grid"]), " of the notes lie more than a millisecond off the grid.")
          : "";
  out += panel("Events", named_bars(counted(facts["events"], "event", 9)), grid_words,
               "No events were counted.");
  return out + "</div>";
}

}  // namespace continuo::data
