// What is said about a set of recordings: pitch, loudness and how sure both are.
#include <algorithm>
#include <cmath>
#include <map>

#include "models/data/card/facts.h"
#include "models/data/card/tracks.h"

namespace continuo::data {

namespace {

// The plane's cells: a whole tone by 2.5 dB. Audio features hold coarser ones in their details.
constexpr int kPlanePitches = 64, kPlaneLevels = 32;
constexpr double kPitchStep = 2, kLevelStep_db = 2.5, kFloor_db = -80;

struct Histograms {
  std::vector<double> pitch = std::vector<double>(128, 0.0);      // seconds a MIDI number
  std::vector<double> level = std::vector<double>(81, 0.0);       // seconds a dB from -80
  std::vector<double> confidence = std::vector<double>(20, 0.0);  // seconds a twentieth, of what sounds
  std::vector<std::vector<double>> plane =
      std::vector<std::vector<double>>(kPlanePitches, std::vector<double>(kPlaneLevels, 0.0));
  double pitched_s = 0, sounding_s = 0;

  void add(const Tracks& tracks) {
    const double frame_s = tracks.frame_s();
    for (std::size_t j = 0; j < tracks.frames(); ++j) {
      const double db = std::clamp<double>(tracks.db[j], kFloor_db, 0.0);
      level[static_cast<std::size_t>(std::lround(db - kFloor_db))] += frame_s;
      if (db <= -60) continue;
      sounding_s += frame_s;
      const double sure = std::clamp<double>(tracks.confidence[j], 0.0, 1.0);
      confidence[std::min<std::size_t>(19, static_cast<std::size_t>(sure * 20))] += frame_s;
      if (!tracks.pitched(j)) continue;
      pitched_s += frame_s;
      const double midi = std::clamp(69 + 12 * std::log2(tracks.f0_hz[j] / 440.0), 0.0, 127.0);
      pitch[static_cast<std::size_t>(std::lround(midi))] += frame_s;
      const auto column = static_cast<std::size_t>(midi / kPitchStep);
      const auto row = static_cast<std::size_t>((db - kFloor_db) / kLevelStep_db);
      plane[std::min<std::size_t>(column, kPlanePitches - 1)][std::min<std::size_t>(row, kPlaneLevels - 1)] +=
          frame_s;
    }
  }

  // Items without tracks give what their details hold.
  void add(const nlohmann::json& details) {
    const auto sum = [&](const char* key, std::vector<double>& into) {
      const auto found = details.find(key);
      if (found == details.end() || !found->is_array()) return;
      for (std::size_t i = 0; i < std::min(found->size(), into.size()); ++i) {
        if ((*found)[i].is_number()) into[i] += (*found)[i].get<double>();
      }
    };
    sum("pitch_histogram", pitch);
    sum("db_histogram", level);
  }
};

// Pearson's correlation of pitch and level, weighted by time: near 1 when high notes are always loud.
double plane_correlation(const std::vector<std::vector<double>>& plane) {
  double w = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    for (std::size_t j = 0; j < plane[i].size(); ++j) {
      const double m = plane[i][j], a = static_cast<double>(i), b = static_cast<double>(j);
      w += m;
      x += m * a;
      y += m * b;
      xx += m * a * a;
      yy += m * b * b;
      xy += m * a * b;
    }
  }
  if (w <= 0) return 0;
  const double sx = xx / w - x * x / w / w, sy = yy / w - y * y / w / w;
  return sx > 1e-6 && sy > 1e-6 ? (xy / w - x * y / w / w) / std::sqrt(sx * sy) : 0;
}

Facts label_facts(const Set& set) {
  std::map<std::string, std::pair<std::size_t, double>> labels;
  std::map<std::string, std::map<std::string, std::size_t>> splits;
  for (const Item& item : set.items) {
    if (!item.kept || item.label.empty()) continue;
    ++labels[item.label].first;
    labels[item.label].second += seconds_of(item);
    ++splits[item.label][item.split];
  }
  Facts list = Facts::array();
  for (const auto& [label, counted] : labels) {
    list.push_back({{"label", label},
                    {"items", counted.first},
                    {"seconds", rounded(counted.second, 2)},
                    {"train", splits[label]["train"]},
                    {"valid", splits[label]["valid"]},
                    {"test", splits[label]["test"]}});
  }
  std::stable_sort(list.begin(), list.end(), [](const Facts& a, const Facts& b) {
    return a["seconds"].get<double>() > b["seconds"].get<double>();
  });
  return list;
}

}  // namespace

void add_audio_facts(Facts& facts, const Set& set, const std::filesystem::path& folder) {
  Histograms all;
  Facts unreadable = Facts::array();
  for (const Item& item : set.items) {
    if (!item.kept) continue;
    try {
      if (const auto tracks = read_tracks(folder, item.id)) {
        all.add(*tracks);
      } else {
        all.add(item.details);
      }
    } catch (const std::exception& error) {
      unreadable.push_back({{"file", item.id + ".tracks.safetensors"}, {"reason", error.what()}});
    }
  }
  if (!unreadable.empty()) facts["unreadable"] = unreadable;

  facts["pitch"] = {{"unit", "seconds"}, {"per_midi", rounded(all.pitch)}};
  if (*std::max_element(all.pitch.begin(), all.pitch.end()) > 0) {
    for (const auto& [key, share] :
         {std::pair{"p1", 0.01}, {"p5", 0.05}, {"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}})
      facts["pitch"][key] = histogram_quantile(all.pitch, share);
  }
  // What is quieter than -60 dB is the room, not the player.
  std::vector<double> sounding = all.level;
  std::fill(sounding.begin(), sounding.begin() + 20, 0.0);
  facts["loudness"] = {{"unit", "seconds"}, {"from_db", kFloor_db}, {"per_db", rounded(all.level)}};
  if (*std::max_element(sounding.begin(), sounding.end()) > 0) {
    for (const auto& [key, share] : {std::pair{"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}})
      facts["loudness"][key] = histogram_quantile(sounding, share, kFloor_db);
  }
  Facts cells = Facts::array();
  for (std::size_t i = 0; i < all.plane.size(); ++i) {
    for (std::size_t j = 0; j < all.plane[i].size(); ++j) {
      if (all.plane[i][j] > 0) cells.push_back({i, j, rounded(all.plane[i][j])});
    }
  }
  facts["plane"] = {{"unit", "seconds"},
                    {"from_midi", 0},
                    {"midi_step", kPitchStep},
                    {"from_db", kFloor_db},
                    {"db_step", kLevelStep_db},
                    {"correlation", rounded(plane_correlation(all.plane))},
                    {"pitches", kPlanePitches},
                    {"levels", kPlaneLevels},
                    {"cells", cells}};
  facts["confidence"] = {{"unit", "seconds"},
                         {"per_twentieth", rounded(all.confidence)},
                         {"pitched_seconds", rounded(all.pitched_s, 2)},
                         {"sounding_seconds", rounded(all.sounding_s, 2)}};
  facts["labels"] = label_facts(set);
}

}  // namespace continuo::data
