// What a set holds, told to a musician.
#include <algorithm>
#include <cstdio>
#include <map>

#include "models/data/audio/assemble.h"

namespace continuo::data {

namespace {

constexpr std::size_t kShown = 10;

struct Sum {
  std::size_t items = 0;
  double minutes = 0;
  void add(const Item& item) {
    ++items;
    minutes += (item.end_s - item.begin_s) / 60;
  }
};

std::string words_of(const std::string& measure) {
  constexpr std::pair<const char*, const char*> kWords[] = {
      {"voices", "more than one voice"},
      {"bleed_db", "another pitch beside the voice"},
      {"decay_s", "a room that rings on"},
      {"noise_floor_db", "noise"},
      {"bandwidth_hz", "no high frequencies"},
      {"clipped_share", "clipping"},
      {"voiced_share", "hardly any steady pitch"},
      {"truncated", "files cut short"},
      {"isolated", "notes that run into each other"},
      {"pitch_steady", "more than one pitch"},
      {"pitch_name", "another pitch than the name says"}};
  for (const auto& [name, words] : kWords) {
    if (measure == name) return words;
  }
  return measure;
}

// What --keep calls it.
std::string short_name(const std::string& measure) {
  for (const char* unit : {"_db", "_s", "_hz", "_share"}) {
    if (measure.ends_with(unit)) return measure.substr(0, measure.size() - std::string(unit).size());
  }
  return measure;
}

const char* noun(const std::string& use, std::size_t count) {
  if (use == "nsynth") return count == 1 ? "note" : "notes";
  if (use == "samplernn") return count == 1 ? "chunk" : "chunks";
  return count == 1 ? "stretch" : "stretches";
}

}  // namespace

void print_summary(const Set& set, const AudioOptions& options) {
  std::map<std::string, Sum> splits, left_out;
  Sum kept, overruled_items;
  for (const Item& item : set.items) {
    if (item.kept) {
      kept.add(item);
      splits[item.split].add(item);
      if (!item.faults.empty()) overruled_items.add(item);
      continue;
    }
    for (const Fault& fault : item.faults) {
      if (!overruled(fault.measure, options.keep)) left_out[fault.measure].add(item);
    }
  }
  std::printf("%zu %s, %.1f minutes:", kept.items, noun(set.use, kept.items), kept.minutes);
  for (const char* split : {"train", "valid", "test"})
    std::printf(" %s %.1f min%s", split, splits[split].minutes, split == std::string("test") ? "\n" : ",");
  if (kept.items < set.items.size()) {
    std::printf("%zu more are not clean and left out (--keep takes them all the same):\n",
                set.items.size() - kept.items);
    for (const auto& [measure, sum] : left_out)
      std::printf("  %4zu for %s (%.1f minutes; --keep=%s)\n", sum.items, words_of(measure).c_str(),
                  sum.minutes, short_name(measure).c_str());
  }
  if (overruled_items.items > 0)
    std::printf("%zu are not clean but kept, as --keep says\n", overruled_items.items);
  if (!set.skipped.empty()) {
    std::printf("%zu %s nothing:\n", set.skipped.size(),
                set.skipped.size() == 1 ? "file gave" : "files gave");
    for (std::size_t i = 0; i < std::min(kShown, set.skipped.size()); ++i)
      std::printf("  %s: %s\n", set.skipped[i].file.c_str(), set.skipped[i].reason.c_str());
    if (set.skipped.size() > kShown) std::printf("  ... the others stand in set.json and the card\n");
  }
  if (kept.items > 0) std::printf("Next: continuo-train data card %s\n", options.out.c_str());
}

}  // namespace continuo::data
