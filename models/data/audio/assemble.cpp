// The set put together.
#include "models/data/audio/assemble.h"

#include <algorithm>
#include <map>
#include <set>

#include "models/data/audio/note_items.h"

namespace continuo::data {

namespace {

using nlohmann::json;

double seconds(const Item& item) {
  return item.end_s - item.begin_s;
}

void give_velocities(Set& set) {
  std::map<std::string, double> loudest;
  for (const Item& item : set.items) {
    const auto at = loudest.try_emplace(item.source, -200).first;
    if (item.kept) at->second = std::max(at->second, item.details.value("level_db", -200.0));
  }
  for (Item& item : set.items) {
    if (item.details.contains("velocity") || !item.details.contains("level_db")) continue;
    item.details["velocity"] = velocity_of(item.details["level_db"], loudest[item.source]);
    item.details["velocity_from"] = "level";
  }
}

}  // namespace

json measuring_settings(const AudioOptions& o, const std::string& labels_stamp) {
  json j = settings_of(o);
  j.erase("keep");
  j["use"] = o.use;
  j["labels"] = labels_stamp;
  return j;
}

json settings_of(const AudioOptions& o) {
  const SilenceRules& s = o.silence;
  const Limits& l = o.limits;
  json j = {{"sample_rate", o.sample_rate},
            {"hop", o.hop},
            {"silence",
             {{"floor_db", s.floor_db},
              {"range_db", s.range_db},
              {"hysteresis_db", s.hysteresis_db},
              {"silence_s", s.silence_s},
              {"sound_s", s.sound_s},
              {"lead_s", s.lead_s},
              {"tail_s", s.tail_s}}},
            {"limits",
             {{"voices", l.voices},
              {"bleed_db", l.bleed_db},
              {"decay_s", l.decay_s},
              {"noise_floor_db", l.noise_floor_db},
              {"bandwidth_hz", l.bandwidth_hz},
              {"clipped_share", l.clipped_share}}},
            {"normalise", o.normalise.empty() ? "no" : o.normalise},
            {"labels", o.labels},
            {"keep", o.keep},
            {"folders", o.folders}};
  if (o.use == "ddsp") {
    j["shortest_s"] = o.shortest_s;
    j["longest_s"] = o.longest_s;
  } else if (o.use == "samplernn") {
    j["shortest_s"] = o.shortest_s;
    j["chunk_s"] = o.chunk_s;
    j["overlap_s"] = o.overlap_s;
  } else {
    j["note_s"] = o.note_s;
    j["velocity"] = "from the name, else 127 * 10^((level - loudest note of the source) / 40 dB)";
  }
  return j;
}

bool overruled(const std::string& measure, const std::vector<std::string>& keep) {
  return std::any_of(keep.begin(), keep.end(), [&](const std::string& k) {
    return k == "all" || k == measure || measure.starts_with(k + "_");
  });
}

std::vector<std::string> settle(Set& set, const AudioOptions& options) {
  for (Item& item : set.items) {
    item.kept = std::all_of(item.faults.begin(), item.faults.end(),
                            [&](const Fault& f) { return overruled(f.measure, options.keep); });
  }
  if (set.use == "nsynth") give_velocities(set);

  std::map<std::string, double> groups;  // of what is kept
  std::set<std::string> splits;
  for (const Item& item : set.items) {
    if (!item.kept) continue;
    groups[item.group] += seconds(item);
    splits.insert(item.split);
  }
  std::vector<std::string> words;
  if (!groups.empty() && !splits.contains("train")) {
    const auto longest = std::max_element(groups.begin(), groups.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
    for (Item& item : set.items) {
      if (item.group == longest->first) item.split = "train";
    }
    splits.clear();
    for (const Item& item : set.items) {
      if (item.kept) splits.insert(item.split);
    }
    words.push_back(longest->first +
                    " was to be held out by its name, but is the longest of few recordings: it trains.");
  }
  for (const char* split : {"valid", "test"}) {
    if (groups.empty() || splits.contains(split)) continue;
    words.push_back(std::string("Nothing fell into \"") + split + "\": of " + std::to_string(groups.size()) +
                    (groups.size() == 1 ? " recording" : " recordings") +
                    ", about one in ten goes there, by its name. More recordings mend that.");
  }
  return words;
}

}  // namespace continuo::data
