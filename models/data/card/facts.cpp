// What is said about a set.
#include "models/data/card/facts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "models/data/card/outliers.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

constexpr std::size_t kShown = 8;  // items in a list of the most and the least

Facts split_facts(const Set& set) {
  Facts splits = Facts::array();
  for (const char* name : {"train", "valid", "test"}) {
    std::size_t items = 0;
    double seconds = 0;
    std::set<std::string> groups;
    for (const Item& item : set.items) {
      if (!item.kept || item.split != name) continue;
      ++items;
      seconds += seconds_of(item);
      groups.insert(item.group);
    }
    splits.push_back(
        {{"split", name}, {"items", items}, {"recordings", groups.size()}, {"seconds", rounded(seconds, 2)}});
  }
  return splits;
}

// Sources with what they gave, and the largest recording.
Facts source_facts(const Set& set) {
  Facts sources = Facts::array();
  for (const Source& source : set.sources) {
    std::size_t items = 0;
    double seconds = 0;
    for (const Item& item : set.items) {
      if (!item.kept || item.source != source.name) continue;
      ++items;
      seconds += seconds_of(item);
    }
    sources.push_back({{"name", source.name},
                       {"items", items},
                       {"seconds", rounded(seconds, 2)},
                       {"licence", source.licence},
                       {"attribution", source.attribution}});
  }
  return sources;
}

Facts recording_facts(const Set& set) {
  std::map<std::string, double> weight;
  std::map<std::string, std::set<std::string>> splits;
  double total = 0;
  for (const Item& item : set.items) {
    if (!item.kept) continue;
    const double seconds = seconds_of(item);
    weight[item.group] += seconds > 0 ? seconds : 1;
    total += seconds > 0 ? seconds : 1;
    splits[item.group].insert(item.split);
  }
  Facts facts = {{"count", weight.size()}, {"largest", ""}, {"largest_share", 0.0}};
  double largest = 0;
  Facts torn = Facts::array();
  for (const auto& [group, w] : weight) {
    if (w > largest) {
      largest = w;
      facts["largest"] = group;
      facts["largest_share"] = rounded(w / total);
    }
    if (splits[group].size() > 1) torn.push_back(group);
  }
  facts["in_two_splits"] = torn;
  return facts;
}

// Folders of which the greater part is left out: an instrument that the model will not know.
Facts mostly_lost(const Set& set) {
  constexpr std::size_t kFewest = 4;
  std::map<std::string, std::pair<std::size_t, std::size_t>> folders;  // left out, all
  for (const Item& item : set.items) {
    auto& [left, all] =
        folders[(std::filesystem::path(item.source) / std::filesystem::path(item.file).parent_path())
                    .string()];
    left += !item.kept;
    ++all;
  }
  Facts lost = Facts::array();
  for (const auto& [folder, counts] : folders) {
    if (folders.size() > 1 && counts.second >= kFewest && 2 * counts.first > counts.second)
      lost.push_back({{"folder", folder}, {"left_out", counts.first}, {"items", counts.second}});
  }
  return lost;
}

Facts cleanness_facts(const Set& set, const std::filesystem::path& folder) {
  struct Measure {
    std::size_t items = 0, left_out = 0;
    std::vector<std::pair<const Item*, const Fault*>> examples;
  };
  std::map<std::string, Measure> measures;
  std::size_t faulty = 0, kept_all_the_same = 0;
  for (const Item& item : set.items) {
    faulty += !item.faults.empty();
    kept_all_the_same += item.kept && !item.faults.empty();
    for (const Fault& fault : item.faults) {
      Measure& measure = measures[fault.measure];
      ++measure.items;
      measure.left_out += !item.kept;
      measure.examples.emplace_back(&item, &fault);
    }
  }
  Facts list = Facts::array();
  for (auto& [name, measure] : measures) {
    // The clearest cases: those furthest over the limit.
    std::stable_sort(measure.examples.begin(), measure.examples.end(), [](const auto& a, const auto& b) {
      return std::abs(a.second->value - a.second->limit) > std::abs(b.second->value - b.second->limit);
    });
    Facts examples = Facts::array();
    for (std::size_t i = 0; i < std::min<std::size_t>(3, measure.examples.size()); ++i) {
      const auto [item, fault] = measure.examples[i];
      Facts row = item_facts(*item, set.kind, folder);
      row["kept"] = item->kept;
      row["value"] = rounded(fault->value);
      row["limit"] = rounded(fault->limit);
      row["words"] = fault->reason;
      examples.push_back(row);
    }
    list.push_back({{"measure", name},
                    {"items", measure.items},
                    {"left_out", measure.left_out},
                    {"examples", examples}});
  }
  std::stable_sort(list.begin(), list.end(), [](const Facts& a, const Facts& b) {
    return a["items"].get<std::size_t>() > b["items"].get<std::size_t>();
  });
  return {{"faulty", faulty},
          {"kept_all_the_same", kept_all_the_same},
          {"mostly_lost", mostly_lost(set)},
          {"measures", list}};
}

void add_edges(Facts& facts, const Set& set, const std::filesystem::path& folder) {
  const std::vector<Unusual> ranked = rank_by_distance(set);
  const auto row = [&](const Unusual& unusual, bool why) {
    Facts item = item_facts(set.items[unusual.item], set.kind, folder);
    item["distance"] = rounded(unusual.distance, 2);
    if (why) item["words"] = unusual.words;
    return item;
  };
  facts["unusual"] = Facts::array();
  facts["typical"] = Facts::array();
  const std::size_t shown = std::min(kShown, ranked.size() / 2);
  for (std::size_t i = 0; i < shown; ++i) facts["unusual"].push_back(row(ranked[i], true));
  for (std::size_t i = 0; i < std::min<std::size_t>(4, shown); ++i)
    facts["typical"].push_back(row(ranked[ranked.size() - 1 - i], false));
}

}  // namespace

double rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  const double result = std::round(value * scale) / scale;
  return std::isfinite(result) ? (result == 0 ? 0 : result) : 0;
}

Facts rounded(const std::vector<double>& values, int digits) {
  Facts out = Facts::array();
  for (const double v : values) out.push_back(rounded(v, digits));
  return out;
}

double seconds_of(const Item& item) {
  return std::max(0.0, item.end_s - item.begin_s);
}

double histogram_quantile(const std::vector<double>& bins, double share, double first, double step) {
  double total = 0;
  for (const double b : bins) total += b;
  if (!(total > 0)) return std::nan("");
  double sum = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    sum += bins[i];
    if (sum >= share * total && bins[i] > 0) return first + step * static_cast<double>(i);
  }
  return first + step * static_cast<double>(bins.size() - 1);
}

Facts set_facts(const Set& set, const std::filesystem::path& folder) {
  Facts facts;
  facts["format"] = "continuo-card/1";
  const auto name =
      std::filesystem::absolute(folder / "set.json").lexically_normal().parent_path().filename();
  facts["name"] = name.string();
  facts["kind"] = set.kind;
  facts["use"] = set.use;
  facts["settings"] = Facts(set.settings);
  std::size_t kept = 0;
  double kept_s = 0, left_s = 0;
  std::map<std::string, int> files;
  std::vector<double> lengths;
  for (const Item& item : set.items) {
    kept += item.kept;
    (item.kept ? kept_s : left_s) += seconds_of(item);
    if (item.kept) {
      files[item.source + "/" + item.file] = 1;
      lengths.push_back(seconds_of(item));
    }
  }
  facts["counts"] = {{"items", set.items.size()},
                     {"kept", kept},
                     {"left_out", set.items.size() - kept},
                     {"files", files.size()},
                     {"skipped", set.skipped.size()}};
  facts["seconds"] = {{"kept", rounded(kept_s, 2)}, {"left_out", rounded(left_s, 2)}};
  std::sort(lengths.begin(), lengths.end());
  if (!lengths.empty()) {
    facts["seconds"]["shortest"] = rounded(lengths.front(), 2);
    facts["seconds"]["median"] = rounded(lengths[lengths.size() / 2], 2);
    facts["seconds"]["longest"] = rounded(lengths.back(), 2);
  }
  std::vector<double> per_second(31, 0.0);
  for (const double length : lengths) ++per_second[static_cast<std::size_t>(std::min(30.0, length))];
  if (set.kind != "midi") facts["lengths"] = {{"unit", "items"}, {"per_second", rounded(per_second)}};
  facts["recordings"] = recording_facts(set);
  facts["splits"] = split_facts(set);
  facts["sources"] = source_facts(set);
  if (set.kind == "midi") {
    add_midi_facts(facts, set, folder);
  } else {
    add_audio_facts(facts, set, folder);
  }
  facts["cleanness"] = cleanness_facts(set, folder);
  add_edges(facts, set, folder);
  if (set.kind == "midi") add_rolls(facts, folder);
  facts["skipped"] = Facts::array();
  for (const Skipped& s : set.skipped) facts["skipped"].push_back({{"file", s.file}, {"reason", s.reason}});
  return facts;
}

}  // namespace continuo::data
