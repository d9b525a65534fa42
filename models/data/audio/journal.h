// What was found in each recording, kept beside the set: SET/recordings.jsonl. A first line with the
// settings, then a line a recording. A line that a kill has cut is found out and done again.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/data/audio/fingerprint.h"
#include "models/data/audio/recordings.h"
#include "models/data/set.h"

namespace continuo::data {

// One recording.
struct Found {
  std::string content;  // hash of the decoded samples
  double seconds = 0;
  std::optional<Fingerprint> fingerprint;
  std::vector<Item> items;
  std::vector<Skipped> skipped;
};

// Size and time of last change.
std::string stamp_of(const Recording& recording);

// One thread at a time.
class Journal {
 public:
  // Goes on with a journal of the same settings, else begins a new one. Throws std::runtime_error when it
  // can't be written.
  Journal(std::filesystem::path file, const std::string& settings);
  // What a journal in that place was begun with; nothing when there is none.
  static std::optional<std::string> settings_of(const std::filesystem::path& file);
  // Nothing when the recording was not done, or changed since.
  const Found* find(const std::string& key, const std::string& stamp) const;
  void forget(const std::string& key) { done_.erase(key); }
  void add(const std::string& key, const std::string& stamp, Found found);

 private:
  struct Done {
    std::string stamp;
    Found found;
  };
  std::filesystem::path file_;
  std::ofstream out_;
  std::unordered_map<std::string, Done> done_;
};

}  // namespace continuo::data
