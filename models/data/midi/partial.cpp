#include "models/data/midi/partial.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace continuo::data {

namespace {

using nlohmann::json;

// Of one item, without its lines.
json item_json(const RecordedItem& r) {
  json j = to_json(r.item);
  j["hash"] = r.hash;
  j["marks"] = r.marks;
  return j;
}

RecordedItem item_of(const json& j) {
  return {item_from(j), j.at("hash"), j.at("marks").get<std::vector<std::uint64_t>>(), {}};
}

std::string plain(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string to_text(const Record& record) {
  std::string out;
  for (const Skipped& s : record.skipped) out.append("S").append(plain({s.file, s.reason})).append("\n");
  for (const RecordedItem& r : record.items) {
    out.append("I").append(plain(item_json(r))).append("\n");
    for (const RecordedLine& line : r.lines) {
      out.append("L").append(line.file).append(" ").append(std::to_string(line.hash));
      out.append(" ").append(line.json).append("\n");
    }
  }
  return out;
}

std::string stamp_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  const auto time = std::filesystem::last_write_time(file, error).time_since_epoch().count();
  return std::to_string(size) + "-" + std::to_string(time);
}

// The file: a line with the settings, then records: {"key":..,"stamp":..,"size":n}, n bytes, ".".
Partial::Partial(std::filesystem::path file, const std::string& settings) : file_(std::move(file)) {
  const std::string head = "continuo-midi-partial/2 " + settings;
  bool fresh = true;
  if (std::ifstream in(file_, std::ios::binary); in) {
    std::string line;
    if (std::getline(in, line) && line == head) {
      fresh = false;
      end_ = in.tellg();
      while (std::getline(in, line)) {
        const json j = json::parse(line, nullptr, false);
        if (!j.is_object()) break;
        const std::streamoff at = in.tellg();
        const std::size_t size = j.value("size", std::size_t{0});
        in.seekg(static_cast<std::streamoff>(size), std::ios::cur);
        if (in.get() != '.' || in.get() != '\n') break;
        places_[j.value("key", "")] = {j.value("stamp", ""), at, size};
        end_ = in.tellg();
      }
    }
  }
  if (fresh) {
    std::ofstream out(file_, std::ios::binary | std::ios::trunc);
    out << head << '\n';
    end_ = static_cast<std::streamoff>(head.size() + 1);
  } else {
    std::filesystem::resize_file(file_, static_cast<std::uintmax_t>(end_));
  }
  stream_.open(file_, std::ios::binary | std::ios::in | std::ios::out);
  if (!stream_) throw std::runtime_error(file_.string() + ": can't be written");
}

bool Partial::has(const std::string& key, const std::string& stamp) const {
  const auto found = places_.find(key);
  return found != places_.end() && found->second.stamp == stamp;
}

void Partial::add(const std::string& key, const std::string& stamp, const std::string& text) {
  std::string head = plain({{"key", key}, {"stamp", stamp}, {"size", text.size()}});
  head.append("\n");
  stream_.seekp(end_);
  stream_ << head << text << ".\n";
  if (!stream_) throw std::runtime_error(file_.string() + ": can't be written; is the disk full?");
  places_[key] = {stamp, end_ + static_cast<std::streamoff>(head.size()), text.size()};
  end_ += static_cast<std::streamoff>(head.size() + text.size() + 2);
}

Record Partial::read(const std::string& key) {
  Record record;
  const Place& place = places_.at(key);
  std::string text(place.size, '\0');
  stream_.flush();
  stream_.seekg(place.at);
  stream_.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream_) throw std::runtime_error(file_.string() + ": can't be read back");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (line[0] == 'S') {
      const json j = json::parse(line.substr(1));
      record.skipped.push_back({j.at(0), j.at(1)});
    } else if (line[0] == 'I') {
      record.items.push_back(item_of(json::parse(line.substr(1))));
    } else {
      const auto name = line.find(' '), hash = line.find(' ', name + 1);
      record.items.back().lines.push_back({line.substr(1, name - 1),
                                           std::stoull(line.substr(name + 1, hash - name - 1)),
                                           line.substr(hash + 1)});
    }
  }
  return record;
}

void Partial::remove() {
  stream_.close();
  std::error_code error;
  std::filesystem::remove(file_, error);
}

}  // namespace continuo::data
