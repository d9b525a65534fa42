// Reading and writing a song model's config.
#include "models/song/inference/config.h"

#include <algorithm>
#include <cmath>

#include "models/io/json.h"
#include "models/song/inference/features.h"

namespace continuo::song {
namespace {

using io::Error;
using nlohmann::json;

const json& get(const json& object, const char* key, const std::string& where) {
  if (!object.is_object()) throw Error(where + " must be an object");
  const auto found = object.find(key);
  if (found == object.end()) throw Error(where + "." + key + " is missing");
  return *found;
}

std::string text(const json& object, const char* key, const std::string& where, bool needed) {
  if (!needed && !object.contains(key)) return {};
  const json& value = get(object, key, where);
  if (!value.is_string()) throw Error(where + "." + key + " must be a text");
  return value.get<std::string>();
}

float checked(const json& value, const std::string& path, double low, double high) {
  const double x = value.is_number() ? value.get<double>() : NAN;
  if (!(x >= low && x <= high))
    throw Error(path + " is " + value.dump().substr(0, 40) + "; it must be a number from " +
                json(low).dump() + " to " + json(high).dump());
  return static_cast<float>(x);
}

float number(const json& object, const char* key, const std::string& where, double low, double high) {
  return checked(get(object, key, where), where + "." + key, low, high);
}

int whole(const json& object, const char* key, const std::string& where, int low, int high) {
  const json& value = get(object, key, where);
  if (!value.is_number_integer()) throw Error(where + "." + key + " must be a whole number");
  return static_cast<int>(checked(value, where + "." + key, low, high));
}

template <class List>
void fill(const json& object, const char* key, const std::string& where, double low, double high, List& list,
          std::size_t count) {
  const json& value = get(object, key, where);
  if (!value.is_array() || value.size() != count)
    throw Error(where + "." + key + " must be a list of " + std::to_string(count) + " numbers");
  for (std::size_t i = 0; i < count; ++i) list[i] = checked(value[i], where + "." + key, low, high);
}

void check_format(const json& config, const std::string& where) {
  const std::string format = text(config, "format", where, true), kind = text(config, "kind", where, true);
  if (format.rfind("continuo/", 0) != 0)
    throw Error(where + ": format is \"" + format + "\"; a Continuo model says \"" + kFormat + "\"");
  if (format != kFormat)
    throw Error(where + ": format \"" + format + "\" is newer than this Continuo, which reads up to \"" +
                kFormat + "\"; update Continuo to play it");
  if (kind != "song") throw Error(where + ": kind is \"" + kind + "\"; it must be \"song\"");
}

bool fits(const std::string& name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

Config parse_config(std::string_view json_text, const std::string& where) {
  const json j = io::parse_json(json_text, where);
  if (!j.is_object()) throw Error(where + " must be an object");
  check_format(j, where);
  Config c;
  c.name = text(j, "name", where, false);
  c.frame_rate = whole(j, "frame_rate", where, 20, 200);
  c.note_hidden = whole(j, "note_hidden", where, 1, 1024);
  c.note_dense = whole(j, "note_dense", where, 1, 1024);
  c.channels = whole(j, "channels", where, 1, 1024);
  c.hidden = whole(j, "hidden", where, 1, 1024);
  const json& techniques = get(j, "techniques", where);
  if (!techniques.is_array() || techniques.empty() || techniques.size() > kMostTechniques)
    throw Error(where + ".techniques must be a list of 1 to " + std::to_string(kMostTechniques));
  for (const json& entry : techniques) {
    const std::string at = where + ".techniques[" + std::to_string(c.techniques.size()) + "]";
    Technique t{text(entry, "name", at, true), number(entry, "share", at, 0, 1)};
    if (!fits(t.name)) throw Error(at + ".name is \"" + t.name + "\"; names are of a-z 0-9 _ -, at most 40");
    c.techniques.push_back(std::move(t));
  }
  const std::string in = where + ".statistics";
  const json& s = get(j, "statistics", where);
  Statistics& out = c.statistics;
  out.pitch_low = number(s, "pitch_low", in, 0, 127);
  out.pitch_high = number(s, "pitch_high", in, 0, 127);
  if (out.pitch_high < out.pitch_low) throw Error(in + ".pitch_high lies below pitch_low");
  out.half_range = number(s, "half_range", in, 1, 60);
  out.level_db.resize(7);
  fill(s, "level_db", in, -200, 60, out.level_db, 7);
  if (!std::is_sorted(out.level_db.begin(), out.level_db.end()))
    throw Error(in + ".level_db must not decrease from one quantile to the next");
  out.notes_a_minute = number(s, "notes_a_minute", in, 0, 10000);
  out.phrase_s = number(s, "phrase_s", in, 0, 1000);
  out.rest_share = number(s, "rest_share", in, 0, 1);
  out.longest_note_s = number(s, "longest_note_s", in, 0, 1000);
  fill(s, "intervals", in, 0, 1, out.histograms.intervals, kIntervals);
  fill(s, "lengths", in, 0, 1, out.histograms.lengths, kLengths);
  c.source = text(j, "source", where, false);
  c.licence = text(j, "licence", where, false);
  return c;
}

Config read_config(const io::Safetensors& file) {
  const auto found = file.metadata().find("config");
  if (found == file.metadata().end())
    throw Error(file.file_name() + ": __metadata__ has no \"config\"; is this a Continuo model?");
  return parse_config(found->second, file.file_name() + ": config");
}

std::string to_json(const Config& c) {
  const auto rounded = [](double x) { return std::round(x * 1e5) / 1e5; };
  const auto list = [&](const auto& values) {
    json out = json::array();
    for (const double v : values) out.push_back(rounded(v));
    return out;
  };
  json techniques = json::array();
  for (const Technique& t : c.techniques)
    techniques.push_back({{"name", t.name}, {"share", rounded(t.share)}});
  const Statistics& s = c.statistics;
  const json statistics = {
      {"pitch_low", rounded(s.pitch_low)},           {"pitch_high", rounded(s.pitch_high)},
      {"half_range", rounded(s.half_range)},         {"level_db", list(s.level_db)},
      {"notes_a_minute", rounded(s.notes_a_minute)}, {"phrase_s", rounded(s.phrase_s)},
      {"rest_share", rounded(s.rest_share)},         {"longest_note_s", rounded(s.longest_note_s)},
      {"intervals", list(s.histograms.intervals)},   {"lengths", list(s.histograms.lengths)}};
  const json out = {{"format", kFormat},
                    {"kind", "song"},
                    {"name", c.name},
                    {"frame_rate", c.frame_rate},
                    {"note_hidden", c.note_hidden},
                    {"note_dense", c.note_dense},
                    {"channels", c.channels},
                    {"hidden", c.hidden},
                    {"techniques", techniques},
                    {"statistics", statistics},
                    {"source", c.source},
                    {"licence", c.licence}};
  return out.dump();
}

}  // namespace continuo::song
