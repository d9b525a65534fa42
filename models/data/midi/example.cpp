#include "models/data/midi/example.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace continuo::symbolic {

namespace {

constexpr const char* kKinds[] = {"melody", "drums", "groove", "bass", "trio", "multitrack"};
constexpr const char* kRoles[] = {"melody", "bass", "drums", "other"};
constexpr const char* kKeys[] = {"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};

void add(std::string& out, long value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// With `decimals` digits after the point at most.
void add(std::string& out, double value, int decimals) {
  const double unit = std::pow(10.0, decimals);
  const double rounded = std::round(value * unit) / unit;
  if (rounded == std::floor(rounded) && std::abs(rounded) < 1e15) return add(out, static_cast<long>(rounded));
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof text, rounded).ptr);
}

template <class Names>
int index_of(const Names& names, const std::string& name, const char* what) {
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names))
    throw std::runtime_error(std::string(what) + " \"" + name + "\" is not known");
  return static_cast<int>(found - std::begin(names));
}

}  // namespace

const char* name_of(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}
const char* name_of(Role role) {
  return kRoles[static_cast<std::size_t>(role)];
}
const char* key_name(int key) {
  return key < 0 || key > 11 ? "" : kKeys[key];
}

void append_json(std::string& out, const Example& e, const std::string& item, const std::string& split) {
  // Ids and splits hold letters, digits, - and _ only: nothing to escape.
  out.append("{\"item\":\"").append(item).append("\",\"split\":\"").append(split);
  out.append("\",\"kind\":\"").append(name_of(e.kind)).append("\",\"start_step\":");
  add(out, e.start_step);
  out.append(",\"steps\":");
  add(out, e.steps);
  out.append(",\"metre\":[");
  add(out, e.metre.numerator);
  out += ',';
  add(out, e.metre.denominator);
  out.append("],\"steps_per_quarter\":");
  add(out, e.steps_per_quarter);
  out.append(",\"tempo_bpm\":");
  add(out, e.tempo_bpm, 6);  // six minutes on, a thousandth of a bpm is a tick
  out.append(",\"transpose\":");
  add(out, e.transpose);
  out.append(",\"transposes\":[");
  add(out, e.transposes[0]);
  out += ',';
  add(out, e.transposes[1]);
  out.append("],\"key\":");
  if (e.key < 0)
    out.append("null");
  else
    out.append("\"").append(key_name(e.key)).append("\"");
  out.append(",\"tracks\":[");
  for (const Track& track : e.tracks) {
    if (&track != &e.tracks.front()) out += ',';
    out.append("{\"role\":\"").append(name_of(track.role)).append("\",\"program\":");
    add(out, track.program);
    out.append(",\"notes\":[");
    bool first = true;
    for (const StepNote& n : track.notes) {
      out.append(first ? "[" : ",[");
      first = false;
      for (const long value : {long{n.pitch}, long{n.start}, long{n.end}, long{n.velocity}}) {
        add(out, value);
        out += ',';
      }
      add(out, n.offset_ms, 2);
      out += ']';
    }
    out.append("]}");
  }
  out.append("]}");
}

Example parse_example(const std::string& line) {
  using nlohmann::json;
  try {
    const json j = json::parse(line);
    Example e;
    e.item = j.at("item");
    e.split = j.at("split");
    e.kind = static_cast<Kind>(index_of(kKinds, j.at("kind"), "the kind"));
    e.start_step = j.at("start_step");
    e.steps = j.at("steps");
    e.metre = {j.at("metre").at(0), j.at("metre").at(1)};
    e.steps_per_quarter = j.at("steps_per_quarter");
    e.tempo_bpm = j.at("tempo_bpm");
    e.transpose = j.at("transpose");
    e.transposes = {j.at("transposes").at(0), j.at("transposes").at(1)};
    if (!j.at("key").is_null()) e.key = index_of(kKeys, j.at("key"), "the key");
    for (const json& t : j.at("tracks")) {
      Track track{static_cast<Role>(index_of(kRoles, t.at("role"), "the role")), t.at("program"), {}};
      for (const json& n : t.at("notes"))
        track.notes.push_back({n.at(1), n.at(2), n.at(0), n.at(3), 0, n.at(4)});
      e.tracks.push_back(std::move(track));
    }
    return e;
  } catch (const json::exception& error) {
    throw std::runtime_error(std::string("this line is no example of a MIDI set: ") + error.what());
  }
}

std::uint64_t content_hash(const Example& e) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 1099511628211ull; };
  mix(static_cast<std::uint64_t>(e.kind));
  mix(static_cast<std::uint64_t>(e.metre.numerator));
  mix(static_cast<std::uint64_t>(e.metre.denominator));
  mix(static_cast<std::uint64_t>(e.steps_per_quarter));
  mix(static_cast<std::uint64_t>(e.steps));
  for (const Track& track : e.tracks) {
    mix(256 + static_cast<std::uint64_t>(track.role));
    for (const StepNote& n : track.notes) {
      mix(n.pitch);
      mix(static_cast<std::uint64_t>(n.start));
      // How long a drum is held is not heard.
      if (track.role != Role::kDrums) mix(static_cast<std::uint64_t>(n.end));
      if (e.kind != Kind::kGroove) continue;
      mix(n.velocity);
      mix(static_cast<std::uint64_t>(std::lround(n.offset_ms * 100.f)));
    }
  }
  return hash;
}

}  // namespace continuo::symbolic
