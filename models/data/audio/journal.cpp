// What was found in each recording.
#include "models/data/audio/journal.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace continuo::data {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kHead = "continuo-recordings/1 ";

std::string plain(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

json found_json(const Found& found) {
  json items = json::array(), skipped = json::array();
  for (const Item& item : found.items) items.push_back(to_json(item));
  for (const Skipped& s : found.skipped) skipped.push_back({s.file, s.reason});
  json j = {{"content", found.content}, {"seconds", found.seconds}, {"items", items}, {"skipped", skipped}};
  if (found.fingerprint) j["fingerprint"] = to_json(*found.fingerprint);
  return j;
}

Found found_from(const json& j) {
  Found found;
  found.content = j.at("content");
  found.seconds = j.at("seconds");
  for (const json& item : j.at("items")) found.items.push_back(item_from(item));
  for (const json& s : j.at("skipped")) found.skipped.push_back({s.at(0), s.at(1)});
  if (j.contains("fingerprint")) found.fingerprint = fingerprint_from(j.at("fingerprint"));
  return found;
}

}  // namespace

std::string stamp_of(const Recording& recording) {
  std::error_code error;
  const auto size = fs::file_size(recording.path, error);
  const auto time = fs::last_write_time(recording.path, error).time_since_epoch().count();
  return std::to_string(size) + "-" + std::to_string(time);
}

std::optional<std::string> Journal::settings_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!std::getline(in, line) || !line.starts_with(kHead)) return std::nullopt;
  return line.substr(std::string(kHead).size());
}

Journal::Journal(fs::path file, const std::string& settings) : file_(std::move(file)) {
  std::streamoff whole = 0;
  if (settings_of(file_) == settings) {
    std::ifstream in(file_, std::ios::binary);
    std::string line;
    std::getline(in, line);
    whole = in.tellg();
    while (std::getline(in, line) && !in.eof()) {
      try {
        const json j = json::parse(line);
        done_.insert_or_assign(j.at("key"), Done{j.at("stamp"), found_from(j.at("found"))});
      } catch (const json::exception&) {
        break;  // a broken line; what stands behind it is not trusted
      }
      whole = in.tellg();
    }
  }
  if (whole > 0) fs::resize_file(file_, static_cast<std::uintmax_t>(whole));
  out_.open(file_, whole > 0 ? std::ios::binary | std::ios::app : std::ios::binary | std::ios::trunc);
  if (whole == 0) out_ << kHead << settings << '\n' << std::flush;
  if (!out_) throw std::runtime_error(file_.string() + ": can't be written");
}

const Found* Journal::find(const std::string& key, const std::string& stamp) const {
  const auto found = done_.find(key);
  return found != done_.end() && found->second.stamp == stamp ? &found->second.found : nullptr;
}

void Journal::add(const std::string& key, const std::string& stamp, Found found) {
  out_ << plain({{"key", key}, {"stamp", stamp}, {"found", found_json(found)}}) << '\n' << std::flush;
  if (!out_) throw std::runtime_error(file_.string() + ": can't be written; is the disk full?");
  done_.insert_or_assign(key, Done{stamp, std::move(found)});
}

}  // namespace continuo::data
