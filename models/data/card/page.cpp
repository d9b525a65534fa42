// The page of a data card: its head, and what all kinds of sets share.
#include "models/data/card/page.h"

#include <algorithm>

#include "models/data/card/charts.h"
#include "models/data/card/page_parts.h"
#include "models/data/card/page_style.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

std::string use_words(const std::string& use) {
  if (use == "ddsp") return "for a DDSP instrument";
  if (use == "samplernn") return "for SampleRNN";
  if (use == "nsynth") return "of single notes, for NSynth";
  if (use == "musicrnn") return "for MusicRNN";
  if (use == "musicvae") return "for MusicVAE";
  return use.empty() ? "" : "for " + use;
}

std::string head(const Facts& facts) {
  const bool midi = facts["kind"] == "midi";
  const Facts& counts = facts["counts"];
  const std::size_t kept = counts["kept"], left = counts["left_out"], skipped = counts["skipped"];
  std::string sources;
  const std::size_t names = facts["sources"].size();
  for (std::size_t i = 0; i < std::min<std::size_t>(3, names); ++i)
    sources += cat(i == 0           ? ""
                   : i + 1 == names ? " and "
                                    : ", ",
                   facts["sources"][i]["name"].get<std::string>());
  if (names > 3) sources += cat(" and ", names - 3, " more");

  const bool stretches = facts["use"] == "ddsp" && kept != 1;
  std::string lead = stretches                     ? num(static_cast<double>(kept)) + " stretches"
                     : midi                        ? plural(kept, "MIDI file")
                     : facts["use"] == "samplernn" ? plural(kept, "chunk")
                     : facts["use"] == "nsynth"    ? plural(kept, "note")
                                                   : plural(kept, "stretch");
  if (!midi) lead += cat(" of ", plural(facts["recordings"]["count"], "recording"));
  if (!sources.empty()) lead += " from " + sources;
  lead += ".";
  if (left > 0)
    lead += cat(" ", plural(left, midi ? "file" : "item"), left == 1 ? " was" : " were", " left out as ",
                midi ? "repeats of others or without use." : "not clean.");
  if (skipped > 0) lead += cat(" ", plural(skipped, "file"), " gave nothing.");

  std::vector<std::pair<std::string, std::string>> figures;
  if (midi) {
    figures.emplace_back(num(facts["notes"]), "notes");
    if (facts["bars"].get<double>() > 0) figures.emplace_back(num(facts["bars"]), "bars");
    double examples = 0;
    for (const Facts& kind : facts["examples"]) examples += kind["examples"].get<double>();
    figures.emplace_back(num(examples), examples == 1 ? "example" : "examples");
  } else {
    const std::string time = time_words(facts["seconds"]["kept"]);
    const std::size_t space = time.find(' ');
    figures.emplace_back(time.substr(0, space), time.substr(space + 1) + " of sound");
  }
  figures.emplace_back(num(static_cast<double>(kept)), "items kept");
  if (left > 0) figures.emplace_back(num(static_cast<double>(left)), "left out");
  const Facts& pitch = facts["pitch"];
  if (pitch.contains("p1") && facts["use"] != "samplernn")
    figures.emplace_back(cat(note_name(pitch["p1"]), "\u2013", note_name(pitch["p99"])),
                         "98 % of the pitches");

  std::string out =
      cat("<header><p class=\"eyebrow\">Continuo data card \u00b7 ", midi ? "music" : "audio", " ",
          escape(use_words(facts["use"])), "</p><h1>", escape(facts["name"].get<std::string>()),
          "</h1><p class=\"lead\">", escape(lead), "</p><ul class=\"figures\">");
  for (const auto& [value, words] : figures)
    out += cat("<li><b>", escape(value), "</b><span>", escape(words), "</span></li>");
  out += "</ul>";
  const Facts& list = facts["warnings"];
  if (list.empty()) return out + "<p class=\"fine\">Nothing stands out that would harm a model.</p></header>";
  out += "<ul class=\"warnings\">";
  for (const Facts& warning : list)
    out += cat("<li", warning["grave"].get<bool>() ? " class=\"grave\"" : "", ">",
               escape(warning["words"].get<std::string>()), "</li>");
  return out + "</ul></header>";
}

std::string split_section(const Facts& facts) {
  std::vector<Row> rows;
  for (const Facts& split : facts["splits"]) {
    const double seconds = split["seconds"];
    const std::size_t items = split["items"], recordings = split["recordings"];
    std::string words = plural(items, "item");
    if (recordings != items) words += " of " + plural(recordings, "recording");
    if (seconds > 0) words += ", " + time_words(seconds);
    const std::string name = split["split"];
    rows.push_back({name == "train"   ? "training"
                    : name == "valid" ? "validation"
                                      : "test",
                    seconds > 0 ? seconds : static_cast<double>(items), words});
  }
  const std::string bar = parts_bar(rows);
  return bar.empty()
             ? ""
             : section("Split",
                       cat("Whole recordings go to one side, so that the test is new to the model.",
                           facts.contains("same_tune_items")
                               ? cat(" ", plural(facts["same_tune_items"].get<std::size_t>(), "file"),
                                     " with the tune of another one, in whatever key, went to its side.")
                               : "")) +
                   bar;
}

std::string measure_words(std::string measure) {
  measure = feature_words(measure);
  if (!measure.empty() && measure[0] >= 'a' && measure[0] <= 'z')
    measure[0] = static_cast<char>(measure[0] - 'a' + 'A');
  return measure;
}

std::string cleanness_section(const Facts& facts) {
  const Facts& measures = facts["cleanness"]["measures"];
  std::string out =
      section("Cleanness", measures.empty() ? "Every item passed every check."
                                            : "What was found fault with, and the clearest cases of each.");
  if (measures.empty()) return out;
  std::vector<Row> rows;
  for (const Facts& m : measures) {
    const std::size_t items = m["items"], left = m["left_out"];
    rows.push_back({measure_words(m["measure"]), static_cast<double>(items),
                    cat(plural(items, "item"), left < items ? cat(", ", items - left, " kept") : "")});
  }
  out += "<div class=\"panels\"><div class=\"panel two\">" + named_bars(rows) +
         "</div></div><div class=\"items\">";
  for (const Facts& m : measures) {
    for (std::size_t i = 0; i < std::min<std::size_t>(2, m["examples"].size()); ++i) {
      const Facts& row = m["examples"][i];
      out += item_card(
          row, cat(row["words"].get<std::string>(), row["kept"].get<bool>() ? " Kept all the same." : ""));
    }
  }
  return out + "</div>";
}

std::string item_list(const Facts& rows) {
  std::string out = "<div class=\"items\">";
  for (const Facts& row : rows) out += item_card(row, row.value("words", ""));
  return out + "</div>";
}

std::string edges_section(const Facts& facts) {
  std::string out = section(
      "Edges",
      "The items least like the rest: mistakes, or what makes the set worth having. Listen and decide.");
  if (facts["unusual"].empty())
    return out +
           "<p class=\"empty\">There are too few items, or they are too alike, to say which is unusual.</p>";
  out += item_list(facts["unusual"]);
  out += section("The middle",
                 "The items most like the rest: what the model will sound like when it plays safe.");
  return out + item_list(facts["typical"]);
}

std::string probe_section(const Facts& facts) {
  if (!facts.contains("probe")) return "";
  const Facts& probe = facts["probe"];
  std::string out =
      section("What the model makes of it", cat("How far ", probe.value("model", "the model"),
                                                " is from each item, as a spectral distance; the median of ",
                                                plural(probe.value("items", std::size_t{0}), "item"), " is ",
                                                num(probe.value("median", 0.0), 2), "."));
  out += "<h3>Explained worst</h3>" + item_list(probe["worst"]);
  return out + "<h3 style=\"margin-top:28px\">Explained best</h3>" + item_list(probe["best"]);
}

std::string skipped_section(const Facts& facts) {
  const Facts& skipped = facts["skipped"];
  if (skipped.empty()) return "";
  constexpr std::size_t kInSight = 12;
  const auto table = [&](std::size_t begin, std::size_t end) {
    std::string rows = "<table><tr><th>File</th><th>Why</th></tr>";
    for (std::size_t i = begin; i < end; ++i)
      rows += cat("<tr><td>", escape(skipped[i]["file"].get<std::string>()), "</td><td>",
                  escape(skipped[i]["reason"].get<std::string>()), "</td></tr>");
    return rows + "</table>";
  };
  std::string out = section("Skipped files", plural(skipped.size(), "file") + " gave no item.");
  out += table(0, std::min(kInSight, skipped.size()));
  if (skipped.size() > kInSight)
    out += cat("<details><summary>", skipped.size() - kInSight, " more</summary>",
               table(kInSight, skipped.size()), "</details>");
  return out;
}

std::string source_section(const Facts& facts) {
  std::string out =
      section("Sources and licences", "Keep these with whatever is published from the set, models included.");
  out += "<table><tr><th>Source</th><th class=\"n\">Items</th><th>Licence</th><th>Attribution</th></tr>";
  for (const Facts& s : facts["sources"]) {
    const std::string licence = s["licence"], attribution = s["attribution"];
    out += cat("<tr><td>", escape(s["name"].get<std::string>()), "</td><td class=\"n\">", num(s["items"]),
               "</td><td>", licence.empty() ? "<b>unknown</b>" : escape(licence), "</td><td>",
               attribution.empty() ? "\u2013" : escape(attribution), "</td></tr>");
  }
  return out + "</table>";
}

// For people: "voices 2.7, bleed -15 dB".
std::string setting_words(const std::string& key, const Facts& value) {
  if (value.is_string()) return value.get<std::string>().empty() ? "\u2013" : value.get<std::string>();
  if (value.is_number()) return feature_value(key, value.get<double>());
  if (!value.is_structured()) return value.dump();
  std::string words;
  for (const auto& [name, part] : value.items()) {
    words += words.empty() ? "" : ", ";
    if (value.is_object()) words += feature_words(name) + " ";
    words += setting_words(name, part);
  }
  return words.empty() ? "\u2013" : words;
}

std::string settings_section(const Facts& facts) {
  if (facts["settings"].empty()) return "";
  std::string out =
      section("Made with", "The same folders and settings give the same set.") + "<dl class=\"facts\">";
  for (const auto& [key, value] : facts["settings"].items()) {
    out += cat("<dt>", escape(feature_words(key)), "</dt><dd>", escape(setting_words(key, value)), "</dd>");
  }
  return out + "</dl>";
}

}  // namespace

std::string section(const std::string& title, const std::string& about) {
  return cat("<h2>", escape(title), "</h2>",
             about.empty() ? "" : cat("<p class=\"about\">", escape(about), "</p>"));
}

std::string panel(const std::string& title, const std::string& drawing, const std::string& words,
                  const std::string& empty, bool wide) {
  return cat("<div class=\"panel", wide ? " two" : "", "\"><h3>", escape(title), "</h3>",
             drawing.empty() ? cat("<p class=\"empty\">", escape(empty), "</p>") : drawing,
             words.empty() || drawing.empty() ? "" : cat("<p>", escape(words), "</p>"), "</div>");
}

std::string item_card(const Facts& row, const std::string& words) {
  std::string out =
      cat("<article class=\"item\"><div class=\"file\">", escape(row["file"].get<std::string>()));
  const double begin = row.value("begin_s", 0.0), end = row.value("end_s", 0.0);
  std::string when;
  if (end > begin) when = begin > 0 ? cat(num(begin, 1), "\u2013", num(end, 1), " s") : time_words(end);
  if (row.contains("label")) when += cat(when.empty() ? "" : ", ", row["label"].get<std::string>());
  if (!when.empty()) out += cat(" <span class=\"when\">", escape(when), "</span>");
  out += "</div>";
  if (row.contains("contour")) out += contour(row["contour"]);
  if (row.contains("roll")) out += roll(row["roll"]);
  if (!words.empty()) out += cat("<p>", escape(words), "</p>");
  const auto player = [&](const char* key, const char* name) {
    if (!row.contains(key)) return;
    const std::string file = link(row[key].get<std::string>());
    out += cat("<div class=\"hear\">", name, "<audio controls=\"controls\" preload=\"none\" src=\"", file,
               "\"></audio></div>");
  };
  player("listen", "");
  player("original", "recording");
  player("model", "model");
  if (row.contains("midi"))
    out +=
        cat("<div class=\"hear\"><a href=\"", link(row["midi"].get<std::string>()), "\">MIDI file</a></div>");
  return out + "</article>";
}

std::string card_page(const Facts& facts) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>";
  out += cat("<title>", escape(facts["name"].get<std::string>()), " \u2013 data card</title><style>",
             kPageStyle, "</style></head><body><main>");
  out += head(facts);
  out += facts["kind"] == "midi" ? midi_sections(facts) : audio_sections(facts);
  out += split_section(facts) + cleanness_section(facts) + edges_section(facts) + probe_section(facts);
  out += skipped_section(facts) + source_section(facts) + settings_section(facts);
  out +=
      "<footer>Drawn by <b>continuo-train data card</b>. The same facts stand in card.json beside this "
      "page.</footer>";
  return out + "</main></body></html>\n";
}

}  // namespace continuo::data
