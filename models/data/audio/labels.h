// What is known of recordings beforehand: a technique's name, a pitch, a velocity.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "models/data/audio/recordings.h"

namespace continuo::data {

struct Known {
  std::string label;
  std::optional<double> midi;
  std::optional<int> velocity;
  std::map<std::string, std::string> tags;  // what else is told of it in words: "vowel", "voice" ...
};

// `how`: empty (nothing is known), "folders" (the recording's folder is its label, and its
// tag "technique"), or a CSV file with a
// column for the file (file, filename, path, name ...) and any of label (technique, class, klass, style),
// midi (pitch) and velocity; its other columns, where they hold words, are tags. Rows are found by the whole
// path below the source, else by the file's name.
class Labels {
 public:
  // Disk thread. Throws std::runtime_error when the CSV file is missing or lacks those columns.
  explicit Labels(const std::string& how);
  Known of(const Recording& recording) const;
  // A file that the CSV names; empty without any.
  std::string example() const;
  // Rows that the CSV file has.
  std::size_t rows() const { return rows_.size(); }
  // Changes when what is known changes.
  const std::string& stamp() const { return stamp_; }

 private:
  bool folders_ = false;
  std::string stamp_;
  std::unordered_map<std::string, Known> rows_;  // by path as it is in the file
  std::unordered_map<std::string, Known>
      by_name_;  // by file name without extension; ambiguous ones are left out
};

}  // namespace continuo::data
