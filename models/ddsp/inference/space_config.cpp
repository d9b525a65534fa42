#include "models/ddsp/inference/space_config.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/ddsp/inference/encoder_features.h"

namespace continuo::ddsp {
namespace {

using io::Error;
using nlohmann::json;

constexpr std::size_t kMostSpaces = 4;
constexpr int kMostCodes = 256, kLargestCode = 32, kLargestSpaces = 64;

// What may stand in an OSC address.
std::string checked_name(const Object& at) {
  const std::string name = at.text("name", "");
  const bool good = !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!good)
    throw Error(at.path("name") + " is \"" + name.substr(0, 40) +
                "\"; it must be 1 to 32 of the characters a-z 0-9 _ -");
  return name;
}

std::vector<float> shares(const Object& at, const char* key, int codes) {
  std::vector<float> values = at.numbers(key, 0, 1);
  if (values.empty()) return values;
  const float sum = std::accumulate(values.begin(), values.end(), 0.0f);
  if (int(values.size()) != codes || std::fabs(sum - 1) > 0.02f)
    throw Error(at.path(key) + " has " + std::to_string(values.size()) + " numbers of sum " +
                std::to_string(sum) + "; it must have " + std::to_string(codes) + ", one a code, of sum 1");
  for (float& v : values) v /= sum;
  return values;
}

Contour contour(const Object& at) {
  Contour c;
  c.vibrato_hz = at.number_or("vibrato_hz", 0, 20, 0);
  c.vibrato_cents = at.number_or("vibrato_cents", 0, 1200, 0);
  c.vibrato_delay_s = at.number_or("vibrato_delay_s", 0, 5, 0);
  c.trill_hz = at.number_or("trill_hz", 0, 20, 0);
  c.trill_semitones = at.number_or("trill_semitones", 0, 12, 0);
  c.tremolo_hz = at.number_or("tremolo_hz", 0, 20, 0);
  c.tremolo_db = at.number_or("tremolo_db", 0, 40, 0);
  c.glide_s = at.number_or("glide_s", 0, 5, 0);
  c.glide_semitones = at.number_or("glide_semitones", 0, 48, 0);
  c.fry_hz = at.number_or("fry_hz", 0, 200, 0);
  c.jitter_cents = at.number_or("jitter_cents", 0, 1200, 0);
  c.shimmer_db = at.number_or("shimmer_db", 0, 20, 0);
  return c;
}

SpaceEntry entry(const Object& at, int codes) {
  SpaceEntry e;
  e.name = checked_name(at);
  e.weights = shares(at, "weights", codes);
  if (e.weights.empty()) throw Error(at.path("weights") + " is missing");
  if (at.has("contour")) e.contour = contour(at.object("contour"));
  return e;
}

const json& list(const Object& at, const char* key, std::size_t most) {
  const json& value = at.get(key);
  if (!value.is_array() || value.size() > most)
    throw Error(at.path(key) + " must be a list of at most " + std::to_string(most));
  return value;
}

std::vector<std::array<float, 2>> map_of(const Object& at, int codes) {
  std::vector<std::array<float, 2>> map;
  if (!at.has("map")) return map;
  const json& places = list(at, "map", kMostCodes);
  if (int(places.size()) != codes)
    throw Error(at.path("map") + " has " + std::to_string(places.size()) + " places; it must have " +
                std::to_string(codes) + ", one a code");
  for (const json& place : places) {
    if (!place.is_array() || place.size() != 2)
      throw Error(at.path("map") + " must hold pairs [x, y] of numbers from 0 to 1");
    map.push_back(
        {Object::checked(place[0], at.path("map"), 0, 1), Object::checked(place[1], at.path("map"), 0, 1)});
  }
  return map;
}

Space space(const Object& at) {
  Space s;
  s.name = checked_name(at);
  s.size = at.whole("size", 1, kLargestCode);
  s.codes = at.whole("codes", 1, kMostCodes);
  s.map = map_of(at, s.codes);
  s.usage = shares(at, "usage", s.codes);
  if (at.has("entries")) {
    for (const json& one : list(at, "entries", kMostEntries)) {
      s.entries.push_back(
          entry({one, at.path("entries") + "[" + std::to_string(s.entries.size()) + "]"}, s.codes));
      for (std::size_t i = 0; i + 1 < s.entries.size(); ++i) {
        if (s.entries[i].name == s.entries.back().name)
          throw Error(at.path("entries") + " names \"" + s.entries[i].name + "\" twice");
      }
    }
  }
  if (at.has("default")) {
    const std::string wanted = at.text("default", "");
    const auto found = std::find_if(s.entries.begin(), s.entries.end(),
                                    [&](const SpaceEntry& e) { return e.name == wanted; });
    if (found == s.entries.end())
      throw Error(at.path("default") + " is \"" + wanted + "\", which no entry is named");
    s.default_entry = int(found - s.entries.begin());
  }
  return s;
}

}  // namespace

int learned_space(const std::vector<Space>& spaces) noexcept {
  int first = -1;
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    if (spaces[i].name == "technique") return int(i);
    if (first < 0 && !spaces[i].map.empty()) first = int(i);
  }
  return first;
}

std::vector<Space> parse_spaces(const Object& config) {
  std::vector<Space> spaces;
  if (!config.has("spaces")) return spaces;
  int sum = 0;
  for (const json& one : list(config, "spaces", kMostSpaces)) {
    spaces.push_back(space({one, config.path("spaces") + "[" + std::to_string(spaces.size()) + "]"}));
    sum += spaces.back().size;
    for (std::size_t i = 0; i + 1 < spaces.size(); ++i) {
      if (spaces[i].name == spaces.back().name)
        throw Error(config.path("spaces") + " names \"" + spaces[i].name + "\" twice");
    }
  }
  if (sum > kLargestSpaces)
    throw Error(config.path("spaces") + " have codes of " + std::to_string(sum) + " floats in all; at most " +
                std::to_string(kLargestSpaces) + " are possible");
  return spaces;
}

EncoderConfig parse_encoder(const Object& config, const Config& so_far) {
  EncoderConfig e;
  if (!config.has("encoder")) return e;
  const Object at = config.object("encoder");
  const std::string name = at.text("space", "");
  e.space = so_far.space_named(name);
  if (e.space < 0) throw Error(at.path("space") + " is \"" + name + "\", which no space is named");
  e.window = at.whole("window", 64, 16384);
  e.mels = at.whole("mels", 4, 256);
  e.low_hz = at.number("low_hz", 1, 20000);
  e.high_hz = at.number("high_hz", 2, 0.5f * float(so_far.sample_rate));
  e.pool = at.whole("pool", 1, 64);
  e.movement = at.whole("movement", kMovements, kMovements);
  e.width = at.whole("width", 1, 1024);
  if (!(e.low_hz < e.high_hz)) throw Error(at.path("low_hz") + " must lie below high_hz");
  return e;
}

}  // namespace continuo::ddsp
