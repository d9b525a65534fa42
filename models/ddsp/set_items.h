// What a DDSP model learns from a data set that `continuo-train data audio` made.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace continuo::ddsp {

struct SetItem {
  std::filesystem::path file;  // SET/items/ID.flac
  std::string player;          // source and folder: one player, one room
  bool held_out = false;
  std::map<std::string, std::string> tags;  // its own, and its label as "label"
};

bool is_set(const std::filesystem::path& folder);

// Disk thread. The kept items: "train" trains, "valid" is held out (where nothing is valid, "test"; else that
// is not touched). Where a set has neither and at least four recordings, one of them is held out whole.
// Throws std::runtime_error naming the right command when the set was made for another use, rate or hop.
std::vector<SetItem> set_items(const std::filesystem::path& folder, int sample_rate, int hop);

}  // namespace continuo::ddsp
