// What a DDSP model learns from a data set.
#include "models/ddsp/set_items.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "models/data/set.h"
#include "models/data/split.h"

namespace continuo::ddsp {

namespace {

namespace fs = std::filesystem;

// The command that makes the set which is wanted instead.
std::string right_command(const data::Set& set, const std::string& options) {
  std::string command = "continuo-train data audio";
  for (const data::Source& source : set.sources) command += " " + source.folder;
  return command + " --for ddsp" + options + " --out NEW_SET";
}

void require_fitting(const data::Set& set, const fs::path& folder, int sample_rate, int hop) {
  if (set.kind != "audio" || set.use != "ddsp") {
    throw std::runtime_error(
        folder.string() + ": is a set for " + set.use + "; make one for ddsp from recordings: " +
        (set.kind == "audio" ? right_command(set, "") : "continuo-train data audio FOLDERS"));
  }
  const int rate = set.settings.value("sample_rate", 0), its_hop = set.settings.value("hop", 0);
  if (rate == sample_rate && its_hop == hop) return;
  const std::string wanted = " --rate " + std::to_string(sample_rate) + " --hop " + std::to_string(hop);
  throw std::runtime_error(folder.string() + ": is a set at " + std::to_string(rate) + " Hz with " +
                           std::to_string(its_hop) + " samples a frame; the model needs " +
                           std::to_string(sample_rate) + " and " + std::to_string(hop) + ": " +
                           right_command(set, wanted));
}

// Of at least four recordings the one whose name's hash is lowest.
std::string recording_to_hold_out(const std::vector<const data::Item*>& items) {
  std::map<std::string, std::uint32_t> hashes;
  for (const data::Item* item : items) hashes[item->group] = data::recording_hash(item->file);
  if (hashes.size() < 4) return {};
  return std::min_element(hashes.begin(), hashes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

std::map<std::string, std::string> tags_of(const data::Item& item) {
  std::map<std::string, std::string> tags;
  if (item.details.contains("tags")) tags = item.details["tags"].get<decltype(tags)>();
  if (!item.label.empty()) tags["label"] = item.label;
  return tags;
}

}  // namespace

bool is_set(const fs::path& folder) {
  return fs::exists(folder / "set.json");
}

std::vector<SetItem> set_items(const fs::path& folder, int sample_rate, int hop) {
  const data::Set set = data::read_set(folder);
  require_fitting(set, folder, sample_rate, hop);
  std::vector<const data::Item*> kept;
  for (const data::Item& item : set.items) {
    if (item.kept) kept.push_back(&item);
  }
  const auto there = [&](const char* split) {
    return std::any_of(kept.begin(), kept.end(),
                       [&](const data::Item* item) { return item->split == split; });
  };
  const std::string judge = there("valid") ? "valid" : "test";
  const std::string whole = there(judge.c_str()) ? "" : recording_to_hold_out(kept);
  std::vector<SetItem> out;
  for (const data::Item* item : kept) {
    if (item->split != "train" && item->split != judge) continue;
    out.push_back({folder / "items" / (item->id + ".flac"),
                   (fs::path(item->source) / fs::path(item->file).parent_path()).string(),
                   item->split == judge || (!whole.empty() && item->group == whole), tags_of(*item)});
  }
  return out;
}

}  // namespace continuo::ddsp
