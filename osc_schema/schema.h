// The schema files, read and checked: what the compiler writes tables and documentation from.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace continuo::schema {

// A fault in a schema file: names the file, the place and what would be right.
struct SchemaError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ParameterEntry {
  std::string name, type, unit, curve, acts, description;
  double min = 0, max = 1, default_value = 0;
  bool off = false;
  int digits = 2;
  std::vector<std::string> labels;
};

struct ArgumentEntry {
  std::string name, type, unit;
  bool optional = false, bounded = false;
  double min = 0, max = 0;
  std::vector<std::string> labels;
};

struct MethodEntry {
  std::string name, description;
  bool query = false;
  std::vector<ArgumentEntry> arguments;
  std::vector<std::string> replies;
};

struct AnnouncementEntry {
  std::string address, arguments, description;
};

// One file.
struct KindEntry {
  std::string name, title, description, address, include;
  bool instrument = false;
  size_t inherited = 0;  // how many of `parameters` came by `include`; they stand first
  std::vector<ParameterEntry> parameters;
  std::vector<MethodEntry> methods;
  std::vector<AnnouncementEntry> announcements;
};

// Reads one kind from JSON text; `kinds` are those read before it (for "include"). Throws SchemaError.
KindEntry read_kind(const std::string& name, const std::string& text, const std::vector<KindEntry>& kinds);

// Reads the files in order, checks them together (no address twice) and fills the labels that name all
// instruments. Throws SchemaError.
std::vector<KindEntry> read_schema(const std::vector<std::filesystem::path>& files);
void check_together(std::vector<KindEntry>& kinds);

// "vibrato/depth" -> "VibratoDepth".
std::string camel_case(const std::string& name);
// "float, db, -60..12" and the like.
std::string range_text(const std::string& unit, double min, double max);

std::string write_header(const std::vector<KindEntry>& kinds);
std::string write_source(const std::vector<KindEntry>& kinds);
std::string write_documentation(const std::vector<KindEntry>& kinds, const std::string& introduction);

}  // namespace continuo::schema
