// A data set on disk: what is in it, where each item comes from, how clean it is, and what was left out.
//
//   SET/set.json          this manifest
//   SET/items/ID.*        what the items hold: audio and tracks, or notes (see audio/ and midi/)
//   SET/card.html, .json  what `continuo-train data card` draws from it
//
// The manifest is written whole and atomically; nobody writes into the folders that a set was made from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace continuo::data {

// A collection of recordings or files with one licence.
struct Source {
  std::string name;                  // the folder's name
  std::string folder;                // as it was given
  std::string licence, attribution;  // from its README or --licence; may be empty
};

// One reason why an item is not clean, by a measure and its threshold.
struct Fault {
  std::string measure;  // "voices", "noise_floor_db", "too_few_pitches" ...
  double value = 0, limit = 0;
  std::string reason;  // for people: "more than one voice: 31 % of the power lies between the harmonics"
};

// A stretch of a recording, or a MIDI file.
struct Item {
  std::string id;      // unique in the set, a file name
  std::string source;  // name of its Source
  std::string file;    // below the source's folder
  double begin_s = 0, end_s = 0;
  std::string split;  // "train", "valid" or "test"
  std::string group;  // the recording: all items of a group lie in one split
  std::string label;  // technique, or empty
  std::vector<Fault> faults;
  bool kept = true;  // clean, or kept all the same by --keep
  // What describes it as a point: name to number, the same names for all items of a set. Outliers are found
  // here.
  std::map<std::string, double> features;
  nlohmann::json details = nlohmann::json::object();  // of its kind
};

// A file that gave no item.
struct Skipped {
  std::string file, reason;
};

struct Set {
  std::string kind;  // "audio" or "midi"
  std::string use;   // "ddsp", "samplernn", "nsynth", "musicrnn" or "musicvae"
  nlohmann::json settings = nlohmann::json::object();  // what it was made with
  std::vector<Source> sources;
  std::vector<Item> items;
  std::vector<Skipped> skipped;
};

// Disk thread. Throws std::runtime_error naming the file, what is wrong and what would be right.
Set read_set(const std::filesystem::path& folder);
// Disk thread. Atomic; creates the folder. Throws std::runtime_error.
void write_set(const std::filesystem::path& folder, const Set& set);

// An item as the manifest holds it, and back; throws nlohmann::json::exception.
nlohmann::json to_json(const Item& item);
Item item_from(const nlohmann::json& j);

// Writes a file whole or not at all (a temporary neighbour, then rename). Throws std::runtime_error.
void write_file(const std::filesystem::path& file, const std::string& content);

// The split of a recording, by a hash of its key (split.h), so that it never changes and takes of one note
// stay together: of ten, one is "test", one "valid", eight "train".
std::string split_of(const std::filesystem::path& file);

// A name for an item: the file's path with everything but letters, digits, - and _ replaced, made unique by
// the hash of the whole path and, for stretches, a number.
std::string item_id(const std::string& file, int stretch = -1);

}  // namespace continuo::data
