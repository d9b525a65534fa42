// A data set on disk.
#include "models/data/set.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "models/data/split.h"

namespace continuo::data {

namespace {

using nlohmann::json;

constexpr const char* kFormat = "continuo-set/1";

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": no data set is here; `continuo-train data` makes one");
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

uint32_t hash(const std::string& text) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

}  // namespace

nlohmann::json to_json(const Item& item) {
  json faults = json::array();
  for (const Fault& f : item.faults)
    faults.push_back({{"measure", f.measure}, {"value", f.value}, {"limit", f.limit}, {"reason", f.reason}});
  return {{"id", item.id},           {"source", item.source},     {"file", item.file},
          {"begin_s", item.begin_s}, {"end_s", item.end_s},       {"split", item.split},
          {"group", item.group},     {"label", item.label},       {"faults", faults},
          {"kept", item.kept},       {"features", item.features}, {"details", item.details}};
}

Item item_from(const nlohmann::json& j) {
  Item item;
  item.id = j.at("id");
  item.source = j.at("source");
  item.file = j.at("file");
  item.begin_s = j.at("begin_s");
  item.end_s = j.at("end_s");
  item.split = j.at("split");
  item.group = j.at("group");
  item.label = j.at("label");
  item.kept = j.at("kept");
  item.features = j.at("features").get<std::map<std::string, double>>();
  item.details = j.at("details");
  for (const json& f : j.at("faults"))
    item.faults.push_back({f.at("measure"), f.at("value"), f.at("limit"), f.at("reason")});
  return item;
}

Set read_set(const std::filesystem::path& folder) {
  const auto file = folder / "set.json";
  const std::string text = read_whole(file);
  try {
    const json j = json::parse(text);
    if (j.at("format") != kFormat) {
      throw std::runtime_error(file.string() + ": is of the format " + j.at("format").dump() + ", not \"" +
                               kFormat + "\"");
    }
    Set set;
    set.kind = j.at("kind");
    set.use = j.at("use");
    set.settings = j.at("settings");
    for (const json& s : j.at("sources"))
      set.sources.push_back({s.at("name"), s.at("folder"), s.at("licence"), s.at("attribution")});
    for (const json& item : j.at("items")) set.items.push_back(item_from(item));
    for (const json& s : j.at("skipped")) set.skipped.push_back({s.at("file"), s.at("reason")});
    return set;
  } catch (const json::exception& error) {
    throw std::runtime_error(file.string() + ": is not the manifest of a data set: " + error.what());
  }
}

void write_set(const std::filesystem::path& folder, const Set& set) {
  json sources = json::array(), items = json::array(), skipped = json::array();
  for (const Source& s : set.sources)
    sources.push_back(
        {{"name", s.name}, {"folder", s.folder}, {"licence", s.licence}, {"attribution", s.attribution}});
  for (const Item& item : set.items) items.push_back(to_json(item));
  for (const Skipped& s : set.skipped) skipped.push_back({{"file", s.file}, {"reason", s.reason}});
  const json j = {{"format", kFormat},  {"kind", set.kind}, {"use", set.use},    {"settings", set.settings},
                  {"sources", sources}, {"items", items},   {"skipped", skipped}};
  write_file(folder / "set.json", j.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

void write_file(const std::filesystem::path& file, const std::string& content) {
  const std::filesystem::path temporary = file.string() + ".part";
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  std::ofstream out(temporary, std::ios::binary);
  out << content;
  out.close();
  if (!out) throw std::runtime_error(file.string() + ": can't be written");
  std::filesystem::rename(temporary, file, error);
  if (error) throw std::runtime_error(file.string() + ": can't be written: " + error.message());
}

std::string split_of(const std::filesystem::path& file) {
  switch (recording_hash(file) % 10) {
    case 0:
      return "test";
    case 1:
      return "valid";
    default:
      return "train";
  }
}

std::string item_id(const std::string& file, int stretch) {
  constexpr size_t kLongest = 60;
  std::string id = std::filesystem::path(file).replace_extension().string();
  for (char& c : id) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') c = '-';
  }
  if (id.size() > kLongest) id = id.substr(id.size() - kLongest);
  char tail[32];
  std::snprintf(tail, sizeof tail, "-%08x", hash(file));
  id += tail;
  return stretch < 0 ? id : id + "-" + std::to_string(stretch);
}

}  // namespace continuo::data
