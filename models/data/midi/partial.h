// What is done of a set that is being made: a file of records, a record a source file.
//
// A record that was cut by a kill is found out and done again. Settings that differ begin anew.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/data/set.h"

namespace continuo::data {

struct RecordedLine {
  std::string file;  // of the set
  std::uint64_t hash = 0;
  std::string json;
};

struct RecordedItem {
  Item item;
  std::uint64_t hash = 0;            // of the piece
  std::vector<std::uint64_t> marks;  // of its tunes (same_tune.h)
  std::vector<RecordedLine> lines;   // with split "?": it is known when all pieces are
};

struct Record {
  std::vector<RecordedItem> items;
  std::vector<Skipped> skipped;
};

std::string to_text(const Record& record);

// Size and time of last change.
std::string stamp_of(const std::filesystem::path& file);

// One thread at a time.
class Partial {
 public:
  // Throws std::runtime_error when it can't be written.
  Partial(std::filesystem::path file, const std::string& settings);
  bool has(const std::string& key, const std::string& stamp) const;
  void add(const std::string& key, const std::string& stamp, const std::string& text);
  Record read(const std::string& key);
  void remove();

 private:
  struct Place {
    std::string stamp;
    std::streamoff at = 0;
    std::size_t size = 0;
  };
  std::filesystem::path file_;
  std::fstream stream_;
  std::streamoff end_ = 0;
  std::unordered_map<std::string, Place> places_;
};

}  // namespace continuo::data
