// Reads and checks the schema files.
#include "osc_schema/schema.h"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>

namespace continuo::schema {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw SchemaError(where + ": " + what);
}

void check_keys(const json& object, const std::string& where, std::initializer_list<const char*> known) {
  if (!object.is_object()) fail(where, "expected an object {...}");
  for (const auto& [key, value] : object.items()) {
    if (std::any_of(known.begin(), known.end(), [&name = key](const char* k) { return name == k; })) continue;
    std::string names;
    for (const char* k : known) names += (names.empty() ? "" : ", ") + std::string(k);
    fail(where, "unknown key \"" + key + "\"; known are " + names);
  }
}

std::string text_of(const json& object, const std::string& where, const char* key,
                    const char* otherwise = nullptr) {
  if (!object.contains(key)) {
    if (otherwise) return otherwise;
    fail(where, std::string("\"") + key + "\" is missing");
  }
  if (!object[key].is_string()) fail(where, std::string("\"") + key + "\" must be a string");
  return object[key].get<std::string>();
}

double number_of(const json& object, const std::string& where, const char* key) {
  if (!object.contains(key)) fail(where, std::string("\"") + key + "\" is missing");
  if (!object[key].is_number()) fail(where, std::string("\"") + key + "\" must be a number");
  return object[key].get<double>();
}

bool flag_of(const json& object, const std::string& where, const char* key) {
  if (!object.contains(key)) return false;
  if (!object[key].is_boolean()) fail(where, std::string("\"") + key + "\" must be true or false");
  return object[key].get<bool>();
}

void one_of(const std::string& where, const char* key, const std::string& value,
            std::initializer_list<const char*> allowed) {
  std::string names;
  for (const char* a : allowed) {
    if (value == a) return;
    names += (names.empty() ? "" : ", ") + std::string(a);
  }
  fail(where, std::string("\"") + key + "\" is \"" + value + "\"; it must be one of " + names);
}

// Segments of a-z A-Z 0-9 _ -, or {template}; never the faces' own names at the end of a parameter.
void check_name(const std::string& where, const std::string& name, bool parameter) {
  std::stringstream segments(name);
  std::string segment;
  size_t count = 0;
  if (name.empty() || name.front() == '/' || name.back() == '/') {
    fail(where, "the name \"" + name + "\" must not be empty, nor begin or end with /");
  }
  while (std::getline(segments, segment, '/')) {
    ++count;
    const bool filled = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    for (char c : filled ? segment.substr(1, segment.size() - 2) : segment) {
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') {
        fail(where, "the name \"" + name + "\" has a '" + c + "'; names are made of a-z 0-9 _ - and /");
      }
    }
    if (parameter && (segment == "norm" || segment == "text")) {
      fail(where, "\"" + segment + "\" is a face of every parameter and cannot be part of a name");
    }
  }
}

std::vector<std::string> labels_of(const json& entry, const std::string& where) {
  std::vector<std::string> labels;
  if (!entry.contains("labels")) fail(where, "an enum needs \"labels\"");
  const json& list = entry["labels"];
  if (list.is_string() && list == "instruments") return {"@instruments"};
  if (!list.is_array() || list.empty()) fail(where, "\"labels\" must be a list of names, or \"instruments\"");
  for (const json& label : list) {
    if (!label.is_string()) fail(where, "\"labels\" must hold strings only");
    labels.push_back(label.get<std::string>());
  }
  return labels;
}

ParameterEntry read_parameter(const json& entry, const std::string& place) {
  check_keys(entry, place,
             {"name", "type", "unit", "min", "max", "default", "curve", "acts", "off", "digits", "labels",
              "description"});
  ParameterEntry p;
  p.name = text_of(entry, place, "name");
  const std::string where = place + " \"" + p.name + "\"";
  check_name(where, p.name, true);
  p.type = text_of(entry, where, "type");
  one_of(where, "type", p.type, {"float", "int", "toggle", "enum"});
  p.unit = text_of(entry, where, "unit", "");
  p.curve = text_of(entry, where, "curve", "linear");
  one_of(where, "curve", p.curve, {"linear", "exponential"});
  p.acts = text_of(entry, where, "acts");
  one_of(where, "acts", p.acts, {"audio", "model", "both", "session"});
  p.description = text_of(entry, where, "description");
  p.off = flag_of(entry, where, "off");
  if (p.off && p.unit != "db") fail(where, "\"off\" is for levels in db");
  if (p.type == "toggle") {
    if (entry.contains("min") || entry.contains("max")) fail(where, "a toggle has no \"min\" nor \"max\"");
    p.min = 0, p.max = 1, p.digits = 0;
  } else if (p.type == "enum") {
    p.labels = labels_of(entry, where);
    p.min = 0, p.max = static_cast<double>(p.labels.size()) - 1, p.digits = 0;
  } else {
    p.min = number_of(entry, where, "min"), p.max = number_of(entry, where, "max");
    if (!(p.min < p.max)) fail(where, "\"min\" must be below \"max\"");
    if (p.type == "int") p.digits = 0;
  }
  if (entry.contains("digits")) p.digits = static_cast<int>(number_of(entry, where, "digits"));
  if (p.digits < 0 || p.digits > 6) fail(where, "\"digits\" must be 0..6");
  if (p.curve == "exponential" && p.min < 0)
    fail(where, "an exponential curve needs a range from 0 or above");
  p.default_value = number_of(entry, where, "default");
  if (p.default_value < p.min || p.default_value > p.max) {
    fail(where, "the default is outside " + range_text("", p.min, p.max));
  }
  return p;
}

ArgumentEntry read_argument(const json& entry, const std::string& place) {
  check_keys(entry, place, {"name", "type", "unit", "min", "max", "optional", "labels"});
  ArgumentEntry a;
  a.name = text_of(entry, place, "name");
  const std::string where = place + " \"" + a.name + "\"";
  a.type = text_of(entry, where, "type");
  one_of(where, "type", a.type, {"float", "int", "toggle", "enum", "string", "any"});
  a.unit = text_of(entry, where, "unit", "");
  a.optional = flag_of(entry, where, "optional");
  if (a.type == "enum") a.labels = labels_of(entry, where);
  a.bounded = entry.contains("min") || entry.contains("max");
  if (a.bounded) {
    a.min = number_of(entry, where, "min"), a.max = number_of(entry, where, "max");
    if (!(a.min < a.max)) fail(where, "\"min\" must be below \"max\"");
  }
  return a;
}

MethodEntry read_method(const json& entry, const std::string& place) {
  check_keys(entry, place, {"name", "arguments", "query", "description", "replies"});
  MethodEntry m;
  m.name = text_of(entry, place, "name");
  const std::string where = place + " \"" + m.name + "\"";
  check_name(where, m.name, false);
  m.description = text_of(entry, where, "description");
  m.query = flag_of(entry, where, "query");
  for (const json& argument : entry.value("arguments", json::array())) {
    m.arguments.push_back(
        read_argument(argument, where + ": arguments[" + std::to_string(m.arguments.size()) + "]"));
    const size_t n = m.arguments.size();
    if (n > 1 && m.arguments[n - 2].optional && !m.arguments[n - 1].optional) {
      fail(where, "a required argument stands after an optional one");
    }
  }
  if (!entry.contains("replies") || !entry["replies"].is_array()) {
    fail(where, "\"replies\" is missing: a list, empty when there is none");
  }
  for (const json& reply : entry["replies"]) m.replies.push_back(reply.get<std::string>());
  return m;
}

}  // namespace

std::string camel_case(const std::string& name) {
  std::string out;
  bool up = true;
  for (char c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) {
      up = true;
    } else {
      out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      up = false;
    }
  }
  return out;
}

std::string range_text(const std::string& unit, double min, double max) {
  std::ostringstream out;
  if (!unit.empty()) out << unit << ", ";
  out << min << ".." << max;
  return out.str();
}

KindEntry read_kind(const std::string& name, const std::string& text, const std::vector<KindEntry>& kinds) {
  const std::string file = "osc_schema/" + name + ".json";
  json root;
  try {
    root = json::parse(text);
  } catch (const json::exception& error) {
    fail(file, error.what());
  }
  check_keys(
      root, file,
      {"title", "description", "address", "include", "instrument", "parameters", "methods", "announcements"});
  KindEntry kind;
  kind.name = name;
  kind.title = text_of(root, file, "title");
  kind.description = text_of(root, file, "description");
  kind.address = text_of(root, file, "address");
  kind.include = text_of(root, file, "include", "");
  kind.instrument = flag_of(root, file, "instrument");
  if (!kind.include.empty()) {
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const KindEntry& k) { return k.name == kind.include; });
    if (found == kinds.end()) fail(file, "includes \"" + kind.include + "\", which is not read before it");
    kind.parameters = found->parameters;
    kind.inherited = kind.parameters.size();
  }
  for (const json& entry : root.value("parameters", json::array())) {
    const std::string where =
        file + ": parameters[" + std::to_string(kind.parameters.size() - kind.inherited) + "]";
    kind.parameters.push_back(read_parameter(entry, where));
  }
  for (const json& entry : root.value("methods", json::array())) {
    kind.methods.push_back(
        read_method(entry, file + ": methods[" + std::to_string(kind.methods.size()) + "]"));
  }
  for (const json& entry : root.value("announcements", json::array())) {
    const std::string where = file + ": announcements[" + std::to_string(kind.announcements.size()) + "]";
    check_keys(entry, where, {"address", "arguments", "description"});
    kind.announcements.push_back({text_of(entry, where, "address"), text_of(entry, where, "arguments"),
                                  text_of(entry, where, "description")});
  }
  return kind;
}

void check_together(std::vector<KindEntry>& kinds) {
  // Kinds of instruments never share a part, so they may use the same names; everything else is disjoint.
  std::set<std::string> common;
  const auto claim = [](std::set<std::string>& taken, const KindEntry& kind, const std::string& name) {
    const std::string address = kind.address + "/" + name;
    if (!taken.insert(address).second) {
      fail("osc_schema/" + kind.name + ".json", "the address " + address + " is there twice");
    }
  };
  for (const KindEntry& kind : kinds) {
    if (kind.instrument) continue;
    for (const ParameterEntry& p : kind.parameters) claim(common, kind, p.name);
    for (const MethodEntry& m : kind.methods) claim(common, kind, m.name);
  }
  std::vector<std::string> instruments;
  for (const KindEntry& kind : kinds) {
    if (!kind.instrument) continue;
    instruments.push_back(kind.name);
    std::set<std::string> own = common;
    for (size_t i = kind.inherited; i < kind.parameters.size(); ++i)
      claim(own, kind, kind.parameters[i].name);
  }
  for (KindEntry& kind : kinds) {
    for (MethodEntry& m : kind.methods) {
      for (ArgumentEntry& a : m.arguments) {
        if (a.labels == std::vector<std::string>{"@instruments"}) a.labels = instruments;
      }
    }
  }
}

std::vector<KindEntry> read_schema(const std::vector<std::filesystem::path>& files) {
  std::vector<KindEntry> kinds;
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(path.string(), "cannot be read");
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    kinds.push_back(read_kind(path.stem().string(), text, kinds));
  }
  check_together(kinds);
  return kinds;
}

}  // namespace continuo::schema
