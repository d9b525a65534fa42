// A session as a file.
#include "engine/session/session_file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/rt/command.h"
#include "engine/session/names.h"
#include "osc_schema/face.h"

namespace continuo::session {
namespace {

using json = nlohmann::ordered_json;
using schema::Kind;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw SessionFileError(where + ": " + what);
}

const schema::ParameterSpec* find(Kind kind, const std::string& name) {
  for (const schema::ParameterSpec& spec : schema::parameters(kind)) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

// 0.1f as 0.1, and whole numbers as such.
json number(float value) {
  if (value == std::round(value) && std::fabs(value) < 1e6f) return static_cast<int>(value);
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", static_cast<double>(value));
  return std::stod(text);
}

json values_json(const std::map<std::string, float>& values, std::initializer_list<Kind> kinds) {
  json out = json::object();
  for (Kind kind : kinds) {
    for (const schema::ParameterSpec& spec : schema::parameters(kind)) {
      const auto found = values.find(std::string(spec.name));
      if (found != values.end()) out[found->first] = number(found->second);
    }
  }
  return out;
}

std::map<std::string, float> read_values(const json& object, const std::string& where,
                                         std::initializer_list<Kind> kinds, std::vector<std::string>& notes) {
  std::map<std::string, float> out;
  if (!object.is_object()) refuse(where, "expected an object {\"name\": value}");
  for (const auto& [name, value] : object.items()) {
    const schema::ParameterSpec* spec = nullptr;
    for (Kind kind : kinds) {
      if (!spec) spec = find(kind, name);
    }
    if (!spec) {
      notes.push_back(where + ": there is no parameter \"" + name + "\"; it is left out");
      continue;
    }
    if (!value.is_number()) refuse(where + ": \"" + name + "\"", "expected " + schema::expected(*spec));
    const double given = schema::to_type(*spec, value.get<double>());
    const double taken = std::clamp<double>(given, spec->min, spec->max);
    if (given != taken)
      notes.push_back(where + ": \"" + name + "\" is out of range; the nearest value is taken");
    out[name] = static_cast<float>(taken);
  }
  return out;
}

std::string text_of(const json& object, const std::string& where, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (!found->is_string()) refuse(where + ": \"" + key + "\"", "expected a string");
  return found->get<std::string>();
}

std::vector<std::string> texts_of(const json& root, const char* key) {
  std::vector<std::string> out;
  const auto found = root.find(key);
  if (found == root.end()) return out;
  if (!found->is_array()) refuse(std::string("\"") + key + "\"", "expected a list of strings");
  for (const json& entry : *found) {
    if (!entry.is_string()) refuse(std::string("\"") + key + "\"", "expected a list of strings");
    out.push_back(entry.get<std::string>());
  }
  return out;
}

json space_json(const SpaceSetting& setting) {
  json out = json::object();
  if (setting.by == SpaceSetting::By::kPad) out["pad"] = {number(setting.pad[0]), number(setting.pad[1])};
  if (setting.by == SpaceSetting::By::kCodes) {
    out["codes"] = json::array();
    for (const auto& [code, weight] : setting.codes) out["codes"].push_back({code, number(weight)});
  }
  for (const auto& [name, amount] : setting.names) out["names"][name] = number(amount);
  return out;
}

SpaceSetting read_space(const json& object, const std::string& where) {
  SpaceSetting setting;
  if (!object.is_object()) refuse(where, "expected an object with \"names\", \"codes\" or \"pad\"");
  const auto share = [&](const json& value, const char* key) {
    if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= 1))
      refuse(where + ": \"" + key + "\"", "expected numbers, 0..1");
    return value.get<float>();
  };
  const json names = object.value("names", json::object()), codes = object.value("codes", json::array());
  if (!names.is_object()) refuse(where + ": \"names\"", "expected an object {\"name\": amount}");
  for (const auto& [name, amount] : names.items()) setting.names[name] = share(amount, "names");
  if (object.contains("pad")) {
    const json& pad = object["pad"];
    if (!pad.is_array() || pad.size() != 2) refuse(where + ": \"pad\"", "expected [x, y]");
    setting.by = SpaceSetting::By::kPad;
    setting.pad = {share(pad[0], "pad"), share(pad[1], "pad")};
  } else if (object.contains("codes")) {
    if (!codes.is_array() || codes.size() > rt::kMostSpaceCodes)
      refuse(where + ": \"codes\"", "expected at most 4 pairs [code, weight]");
    setting.by = SpaceSetting::By::kCodes;
    for (const json& pair : codes) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() ||
          !(pair[0].get<int64_t>() >= 0 && pair[0].get<int64_t>() < 256))
        refuse(where + ": \"codes\"", "expected pairs [code, weight], codes 0..255");
      setting.codes.emplace_back(pair[0].get<int>(), share(pair[1], "codes"));
    }
  }
  if (setting.by != SpaceSetting::By::kNames) setting.names.clear();
  return setting;
}

PartData read_part(const json& entry, const std::string& where, std::vector<std::string>& notes) {
  if (!entry.is_object()) refuse(where, "expected an object");
  PartData part;
  const auto number_at = entry.find("number");
  if (number_at == entry.end() || !number_at->is_number_integer())
    refuse(where, "\"number\" is missing: 1..32");
  const auto given = number_at->get<int64_t>();
  if (given < 1 || given > static_cast<int64_t>(rt::kMaxParts)) refuse(where, "\"number\" must be 1..32");
  part.number = static_cast<int>(given);
  part.name = fit_name(text_of(entry, where, "name"));
  const std::string instrument = text_of(entry, where, "instrument");
  const auto kind = schema::instrument(instrument);
  if (!kind) {
    std::string known;
    for (Kind k : schema::instruments()) known += (known.empty() ? "" : ", ") + std::string(schema::name(k));
    refuse(where + ": \"instrument\"", "\"" + instrument + "\" is unknown; known are " + known);
  }
  part.instrument = *kind;
  part.model = text_of(entry, where, "model");
  part.song = text_of(entry, where, "song");
  if (entry.contains("values")) {
    part.values = read_values(entry["values"], where, {Kind::kStrip, part.instrument}, notes);
  }
  const json spaces = entry.value("spaces", json::object());
  if (!spaces.is_object()) refuse(where + ": \"spaces\"", "expected an object");
  for (const auto& [name, space] : spaces.items())
    part.spaces[name] = read_space(space, where + ": \"" + name + "\"");
  return part;
}

PlayerData read_player(const json& entry, const std::string& where, std::vector<std::string>& notes) {
  if (!entry.is_object()) refuse(where, "expected an object");
  PlayerData player;
  const json number = entry.value("number", json());
  if (!number.is_number_integer() || number.get<int64_t>() < 1 ||
      number.get<int64_t>() > players::kMostPlayers)
    refuse(where, "\"number\" must be 1..8");
  player.number = number.get<int>();
  if (text_of(entry, where, "kind") != "musicrnn") refuse(where + ": \"kind\"", "known is musicrnn");
  player.model = text_of(entry, where, "model");
  if (entry.contains("values")) player.values = read_values(entry["values"], where, {Kind::kMusicrnn}, notes);
  if (entry.contains("chords")) {
    const json& chords = entry["chords"];
    if (!chords.is_object() || !chords.value("beats", json()).is_number())
      refuse(where + ": \"chords\"", "expected {\"symbols\": \"C Am F G\", \"beats\": 4}");
    player.chords = text_of(chords, where + ": \"chords\"", "symbols");
    player.chord_beats = std::clamp(chords["beats"].get<float>(), 0.25f, 64.f);
  }
  return player;
}

void read_transport(const json& entry, SessionData& data) {
  const json bpm = entry.is_object() ? entry.value("bpm", json(120)) : json(),
             metre = entry.is_object() ? entry.value("metre", json({4, 4})) : json();
  if (!bpm.is_number() || !(bpm.get<double>() >= 20 && bpm.get<double>() <= 400))
    refuse("transport: \"bpm\"", "expected a number, 20..400");
  const auto part = [&](size_t i, int most) {
    return metre[i].is_number_integer() && metre[i].get<int64_t>() >= 1 && metre[i].get<int64_t>() <= most;
  };
  if (!metre.is_array() || metre.size() != 2 || !part(0, 32) || !part(1, 16) ||
      (metre[1].get<int>() & (metre[1].get<int>() - 1)) != 0)
    refuse("transport: \"metre\"", "expected [beats, unit], as [6, 8]");
  data.bpm = bpm.get<double>();
  data.metre_beats = metre[0].get<int>(), data.metre_unit = metre[1].get<int>();
}

// "line 3, column 7: this is no JSON: unexpected end of input; ...", without the library's own words.
std::string json_fault(const json::exception& error, const std::string& text) {
  std::string what = error.what();
  const auto* parse = dynamic_cast<const json::parse_error*>(&error);
  const size_t place = parse != nullptr ? what.find(" - ") : std::string::npos;
  const size_t code = what.find("] ");
  what.erase(0, place != std::string::npos ? place + 3 : code != std::string::npos ? code + 2 : 0);
  what = "this is no JSON: " + what;
  if (parse == nullptr) return what;
  const size_t at = std::min(std::max<size_t>(parse->byte, 1) - 1, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  const size_t column = before == std::string::npos ? at + 1 : at - before;
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what;
}

}  // namespace

std::string to_json(const SessionData& data) {
  json root;
  root["format"] = "continuo session";
  root["version"] = kSessionVersion;
  root["parts"] = json::array();
  for (const PartData& part : data.parts) {
    json entry;
    entry["number"] = part.number;
    entry["name"] = part.name;
    entry["instrument"] = schema::name(part.instrument);
    if (!part.model.empty()) entry["model"] = part.model;
    if (!part.song.empty()) entry["song"] = part.song;
    entry["values"] = values_json(part.values, {Kind::kStrip, part.instrument});
    for (const auto& [name, setting] : part.spaces) entry["spaces"][name] = space_json(setting);
    root["parts"].push_back(std::move(entry));
  }
  for (const PlayerData& player : data.players) {
    json entry = {{"number", player.number}, {"kind", "musicrnn"}, {"model", player.model}};
    entry["values"] = values_json(player.values, {Kind::kMusicrnn});
    if (!player.chords.empty()) entry["chords"] = {{"symbols", player.chords}, {"beats", player.chord_beats}};
    root["players"].push_back(std::move(entry));
  }
  root["transport"] = {{"bpm", data.bpm}, {"metre", {data.metre_beats, data.metre_unit}}};
  root["master"] = values_json(data.master, {Kind::kMaster});
  root["listeners"] = data.listeners;
  root["midi_inputs"] = data.midi_inputs;
  return root.dump(2) + "\n";
}

SessionData from_json(const std::string& text, std::vector<std::string>& notes) {
  json root;
  try {
    root = json::parse(text);
  } catch (const json::exception& error) {
    throw SessionFileError(json_fault(error, text));
  }
  if (!root.is_object() || root.value("format", json()) != "continuo session") {
    throw SessionFileError("this is no session: \"format\": \"continuo session\" is missing");
  }
  const json version = root.value("version", json());
  if (!version.is_number_integer()) throw SessionFileError("\"version\" is missing");
  if (version.get<int64_t>() > kSessionVersion || version.get<int64_t>() < 1) {
    throw SessionFileError("version " + version.dump() +
                           " of the format is unknown; this program knows version " +
                           std::to_string(kSessionVersion));
  }
  SessionData data;
  std::set<int> numbers;
  const json parts = root.value("parts", json::array());
  if (!parts.is_array()) throw SessionFileError("\"parts\": expected a list");
  for (const json& entry : parts) {
    const std::string where = "parts[" + std::to_string(data.parts.size()) + "]";
    data.parts.push_back(read_part(entry, where, notes));
    if (!numbers.insert(data.parts.back().number).second) refuse(where, "the number is there twice");
  }
  const json players = root.value("players", json::array());
  if (!players.is_array()) throw SessionFileError("\"players\": expected a list");
  numbers.clear();
  for (const json& entry : players) {
    const std::string where = "players[" + std::to_string(data.players.size()) + "]";
    data.players.push_back(read_player(entry, where, notes));
    if (!numbers.insert(data.players.back().number).second) refuse(where, "the number is there twice");
  }
  if (root.contains("transport")) read_transport(root["transport"], data);
  if (root.contains("master")) data.master = read_values(root["master"], "master", {Kind::kMaster}, notes);
  data.listeners = texts_of(root, "listeners");
  data.midi_inputs = text_of(root, "session", "midi_inputs");
  if (data.midi_inputs.empty()) data.midi_inputs = "all";
  return data;
}

}  // namespace continuo::session
