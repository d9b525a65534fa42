// What is said about a set of MIDI files: notes, keys, metres, tempi, and what repeats.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>

#include "models/data/card/examples.h"
#include "models/data/card/facts.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

using nlohmann::json;

void sum(const json& details, const char* key, std::vector<double>& into) {
  const auto found = details.find(key);
  if (found == details.end() || !found->is_array()) return;
  for (std::size_t i = 0; i < std::min(found->size(), into.size()); ++i) {
    if ((*found)[i].is_number()) into[i] += (*found)[i].get<double>();
  }
}

std::string metre_name(const json& metre) {
  if (metre.is_string()) return metre;
  if (metre.is_array() && metre.size() == 2 && metre[0].is_number_integer() && metre[1].is_number_integer())
    return cat(metre[0].get<int>(), "/", metre[1].get<int>());
  return "unknown";
}

// {"4/4": 12, ...} as rows, the most frequent first.
Facts ranked(const std::map<std::string, double>& counts, const char* name) {
  Facts rows = Facts::array();
  for (const auto& [key, count] : counts) rows.push_back({{name, key}, {"count", rounded(count)}});
  std::stable_sort(rows.begin(), rows.end(), [](const Facts& a, const Facts& b) {
    return a["count"].get<double>() > b["count"].get<double>();
  });
  return rows;
}

// What a tune is whatever key it stands in and wherever it begins: FNV-1a over the notes relative to the
// first one. Drums keep their pitches.
std::uint64_t tune_hash(const json& example) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&](std::int64_t value) {
    for (int byte = 0; byte < 8; ++byte) {
      hash = (hash ^ (static_cast<std::uint64_t>(value) >> (8 * byte) & 255u)) * 1099511628211ULL;
    }
  };
  // A performance is another one when it is played otherwise.
  const bool groove = example.value("kind", "") == "groove";
  if (groove) mix(2);
  std::int64_t first_pitch = -1, first_step = -1;
  for (const json& track : example.at("tracks")) {
    const bool drums = track.value("role", "") == "drums";
    mix(drums ? 1 : 0);
    for (const json& note : track.at("notes")) {
      const std::int64_t pitch = note.at(0), start = note.at(1), end = note.at(2);
      if (!drums && first_pitch < 0) first_pitch = pitch;
      if (first_step < 0) first_step = start;
      mix(drums ? pitch : pitch - first_pitch);
      mix(start - first_step);
      mix(drums ? 0 : end - start);
      if (groove) mix(note.at(3));
    }
  }
  return hash;
}

std::size_t note_count(const json& example) {
  std::size_t notes = 0;
  for (const json& track : example.at("tracks")) notes += track.at("notes").size();
  return notes;
}

struct Seen {
  std::uint32_t count = 0;
  std::int32_t train = -1, held = -1;  // the first items in whose examples it stands
};

struct Grid {
  double notes = 0, off = 0;
  std::map<std::string, double> steps_per_quarter;
};

// One file of examples: how many, how many different ones, and what both sides of the split hold.
Facts kind_facts(const std::filesystem::path& file, Grid& grid, Facts& shared) {
  constexpr std::size_t kTuneNotes = 12;  // below this two examples agree by chance
  constexpr std::size_t kPairsShown = 6;
  constexpr double kOffGrid_ms = 1.5;  // abc2midi is a tick late, 1.04 ms
  const std::string kind = file.stem().string();
  const bool window = kind.rfind("window", 0) == 0;
  std::size_t count = 0, transposed = 0, different = 0;
  double notes = 0, steps = 0;
  std::map<std::string, std::size_t> splits;
  std::vector<std::string> names;
  std::unordered_map<std::string, std::int32_t> index;
  std::unordered_map<std::uint64_t, Seen> tunes;
  for_each_example(file, [&](const json& example) {
    ++count;
    const std::string split = example.at("split");
    ++splits[split];
    if (example.value("transpose", 0) != 0) {
      ++transposed;
      return;
    }
    const std::size_t n = note_count(example);
    notes += static_cast<double>(n);
    steps += example.value("steps", 0.0);
    ++grid.steps_per_quarter[std::to_string(example.value("steps_per_quarter", 4))];
    for (const json& track : example.at("tracks")) {
      for (const json& note : track.at("notes")) {
        ++grid.notes;
        if (note.size() > 4 && note[4].is_number() && std::abs(note[4].get<double>()) > kOffGrid_ms)
          ++grid.off;
      }
    }
    Seen& seen = tunes[tune_hash(example)];
    different += seen.count++ == 0;
    if (n < kTuneNotes && !window) return;
    const std::string item = example.at("item");
    const auto at = index.try_emplace(item, static_cast<std::int32_t>(names.size()));
    if (at.second) names.push_back(item);
    std::int32_t& first = split == "train" ? seen.train : seen.held;
    if (first < 0) first = at.first->second;
  });
  std::size_t in_both = 0;
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  for (const auto& [hash, seen] : tunes) {
    if (seen.train < 0 || seen.held < 0) continue;
    ++in_both;
    pairs.emplace(seen.train, seen.held);
  }
  const std::size_t originals = count - transposed;
  Facts both = Facts::array();
  for (const auto& [train, held] : pairs) {
    if (both.size() == kPairsShown) break;
    both.push_back({{"train", names[static_cast<std::size_t>(train)]},
                    {"held_out", names[static_cast<std::size_t>(held)]}});
  }
  if (in_both > 0) {
    shared.push_back({{"kind", kind},
                      {"windows", window},
                      {"examples", in_both},
                      {"share", rounded(static_cast<double>(in_both) / static_cast<double>(different))},
                      {"pairs", both}});
  }
  return {{"kind", kind},
          {"examples", count},
          {"train", splits["train"]},
          {"valid", splits["valid"]},
          {"test", splits["test"]},
          {"transposed", transposed},
          {"different", different},
          {"repeats", originals - different},
          {"notes", rounded(notes)},
          {"steps", rounded(steps)}};
}

}  // namespace

void add_midi_facts(Facts& facts, const Set& set, const std::filesystem::path& folder) {
  std::vector<double> pitch(128, 0.0), velocity(128, 0.0), tempo(60, 0.0), density(33, 0.0);
  std::map<std::string, double> events, keys, metres;
  double bars = 0, tempi_120 = 0, tempi = 0, again = 0;
  std::map<std::string, double> by_recording;
  for (const Item& item : set.items) {
    if (!item.kept) continue;
    const json& d = item.details;
    again += d.contains("same_tune_as");
    sum(d, "pitch_histogram", pitch);
    sum(d, "velocity_histogram", velocity);
    if (const auto found = d.find("events"); found != d.end() && found->is_object()) {
      for (const auto& [name, count] : found->items()) {
        if (count.is_number()) events[name] += count.get<double>();
      }
    }
    const auto key = d.find("key");
    ++keys[key != d.end() && key->is_string() && !key->get<std::string>().empty() ? key->get<std::string>()
                                                                                  : "unknown"];
    if (const auto metre = d.find("metre"); metre != d.end()) ++metres[metre_name(*metre)];
    if (const auto bpm = d.find("tempo_bpm"); bpm != d.end() && bpm->is_number()) {
      ++tempi;
      tempi_120 += std::abs(bpm->get<double>() - 120) < 0.01;
      ++tempo[static_cast<std::size_t>(std::clamp(bpm->get<double>() / 5, 0.0, 59.0))];
    }
    if (const auto n = d.find("notes_per_bar"); n != d.end() && n->is_array()) {
      for (const json& in_bar : *n) {
        if (in_bar.is_number())
          ++density[static_cast<std::size_t>(std::clamp(in_bar.get<double>(), 0.0, 32.0))];
      }
    }
    if (const auto b = d.find("bars"); b != d.end() && b->is_number()) bars += b->get<double>();
  }
  facts["bars"] = rounded(bars);
  if (again > 0) facts["same_tune_items"] = again;
  double notes = 0;
  for (const double p : pitch) notes += p;
  facts["notes"] = rounded(notes);
  facts["pitch"] = {{"unit", "notes"}, {"per_midi", rounded(pitch)}};
  if (notes > 0) {
    for (const auto& [key, share] :
         {std::pair{"p1", 0.01}, {"p5", 0.05}, {"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}})
      facts["pitch"][key] = histogram_quantile(pitch, share);
  }
  facts["velocity"] = {{"unit", "notes"}, {"per_velocity", rounded(velocity)}};
  if (*std::max_element(velocity.begin(), velocity.end()) > 0) {
    for (const auto& [key, share] : {std::pair{"p5", 0.05}, {"p50", 0.5}, {"p95", 0.95}})
      facts["velocity"][key] = histogram_quantile(velocity, share);
  }
  facts["events"] = ranked(events, "event");
  facts["keys"] = ranked(keys, "key");
  facts["metres"] = ranked(metres, "metre");
  facts["tempi"] = {
      {"unit", "files"}, {"per_5_bpm", rounded(tempo)}, {"known", tempi}, {"at_120", tempi_120}};
  facts["density"] = {{"unit", "bars"}, {"per_notes", rounded(density)}};

  Facts examples = Facts::array(), shared = Facts::array(), unreadable = Facts::array();
  Grid grid;
  for (const auto& file : example_files(folder)) {
    try {
      examples.push_back(kind_facts(file, grid, shared));
    } catch (const std::exception& error) {
      unreadable.push_back({{"file", file.filename().string()}, {"reason", error.what()}});
    }
  }
  facts["examples"] = examples;
  facts["shared"] = shared;
  facts["grid"] = {{"notes", grid.notes},
                   {"off_grid", grid.notes > 0 ? rounded(grid.off / grid.notes) : 0},
                   {"steps_per_quarter", ranked(grid.steps_per_quarter, "steps")}};
  if (!unreadable.empty()) facts["unreadable"] = unreadable;
}

void add_rolls(Facts& facts, const std::filesystem::path& folder) {
  constexpr std::size_t kMostNotes = 160;
  std::map<std::string, std::vector<Facts*>> wanted;
  const auto want = [&](Facts& rows) {
    for (Facts& row : rows) wanted[row["id"].get<std::string>()].push_back(&row);
  };
  want(facts["unusual"]);
  want(facts["typical"]);
  for (Facts& measure : facts["cleanness"]["measures"]) want(measure["examples"]);
  // The richest kind that holds the item: the one with the most notes.
  for (const auto& file : example_files(folder)) {
    try {
      for_each_example(file, [&](const json& example) {
        const auto found = wanted.find(example.at("item").get<std::string>());
        if (found == wanted.end() || example.value("transpose", 0) != 0) return;
        Facts roll = Facts::array();
        for (const json& track : example.at("tracks")) {
          const std::string role = track.value("role", "other");
          for (const json& note : track.at("notes")) {
            if (roll.size() < kMostNotes)
              roll.push_back(
                  {note.at(0), note.at(1), note.at(2), role, note.size() > 3 ? note[3] : json(80)});
          }
        }
        const double step_s = 60 / std::max(10.0, example.value("tempo_bpm", 120.0)) /
                              std::max(1, example.value("steps_per_quarter", 4));
        for (Facts* row : found->second) {
          if (!row->contains("roll") || (*row)["roll"].size() < roll.size()) {
            (*row)["step_s"] = rounded(step_s, 5);
            (*row)["roll"] = roll;
          }
        }
      });
    } catch (const std::exception&) {
      // Told under "unreadable".
    }
  }
}

}  // namespace continuo::data
