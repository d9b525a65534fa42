// The three faces of a parameter.
#include "osc_schema/face.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace continuo::schema {
namespace {

constexpr const char* kNoteNames[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};

// The ratio between top and bottom of an exponential range; where it begins at 0, between its top and
// where it is linear.
double ratio(const ParameterSpec& spec) noexcept {
  return spec.min > 0 ? spec.max / spec.min : 1000.0;
}

std::string shown_unit(std::string_view unit) {
  if (unit == "db") return " dB";
  if (unit == "db/octave") return " dB/oct";
  if (unit == "hz") return " Hz";
  if (unit == "semitones") return " st";
  if (unit == "cents") return " ct";
  if (unit.empty()) return "";
  std::string out = " ";
  return out += unit;
}

std::string note_text(double midi) {
  const int note = static_cast<int>(std::lround(midi));
  const int cents = static_cast<int>(std::lround((midi - note) * 100));
  std::string out = kNoteNames[((note % 12) + 12) % 12] + std::to_string(note / 12 - 1);
  if (cents == 0) return out;
  char text[16];
  std::snprintf(text, sizeof text, " %+d ct", cents);
  return out + text;
}

std::optional<double> note_from_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  static constexpr int kSteps[] = {9, 11, 0, 2, 4, 5, 7};  // a..g
  const char letter = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  if (letter < 'a' || letter > 'g') return std::nullopt;
  int note = kSteps[letter - 'a'];
  size_t at = 1;
  if (at < text.size() && text[at] == '#')
    ++note, ++at;
  else if (at < text.size() && text[at] == 'b')
    --note, ++at;
  const std::string rest(text.substr(at));
  char* end = nullptr;
  const long octave = std::strtol(rest.c_str(), &end, 10);
  if (end == rest.c_str()) return std::nullopt;
  const double cents = std::strtod(end, nullptr);
  return static_cast<double>(note + 12 * (octave + 1)) + cents / 100;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string list_of(std::span<const std::string_view> labels) {
  std::string out;
  for (std::string_view label : labels) out += (out.empty() ? "" : ", ") + std::string(label);
  return out;
}

const char* type_word(Type type) {
  switch (type) {
    case Type::kInt:
      return "int ";
    case Type::kToggle:
      return "toggle ";
    case Type::kString:
      return "string ";
    case Type::kFloat:
      return "float ";
    default:
      return "";
  }
}

}  // namespace

double to_type(const ParameterSpec& spec, double value) noexcept {
  switch (spec.type) {
    case Type::kToggle:
      return value >= 0.5 ? 1 : 0;
    case Type::kInt:
    case Type::kEnum:
      return std::round(value);
    default:
      return value;
  }
}

double from_norm(const ParameterSpec& spec, double norm) noexcept {
  norm = std::clamp(norm, 0.0, 1.0);
  const double span = static_cast<double>(spec.max) - spec.min;
  double value = spec.min + norm * span;
  if (spec.curve == Curve::kExponential) {
    const double r = ratio(spec);
    value = spec.min + span * (std::pow(r, norm) - 1) / (r - 1);
  }
  return std::clamp<double>(to_type(spec, value), spec.min, spec.max);
}

double to_norm(const ParameterSpec& spec, double value) noexcept {
  const double share = (value - spec.min) / (static_cast<double>(spec.max) - spec.min);
  if (spec.curve != Curve::kExponential) return std::clamp(share, 0.0, 1.0);
  const double r = ratio(spec);
  return std::clamp(std::log(1 + share * (r - 1)) / std::log(r), 0.0, 1.0);
}

std::string to_text(const ParameterSpec& spec, double value) {
  if (spec.type == Type::kToggle) return value >= 0.5 ? "on" : "off";
  if (spec.type == Type::kEnum) {
    const auto i = static_cast<size_t>(std::max(0.0, value));
    return i < spec.labels.size() ? std::string(spec.labels[i]) : std::string();
  }
  if (spec.off_at_min && value <= spec.min) return "off";
  if (spec.unit == "midi") return note_text(value);
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", spec.digits, value);
  return text + shown_unit(spec.unit);
}

std::optional<double> from_text(const ParameterSpec& spec, std::string_view text) {
  if (spec.type == Type::kToggle) {
    if (same_word(text, "on")) return 1;
    if (same_word(text, "off")) return 0;
  }
  for (size_t i = 0; i < spec.labels.size(); ++i) {
    if (same_word(text, spec.labels[i])) return static_cast<double>(i);
  }
  if (spec.off_at_min && same_word(text, "off")) return spec.min;
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str()) {
    std::string_view rest = std::string_view(end);
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
    const std::string unit = shown_unit(spec.unit);
    if (rest.empty() || same_word(rest, spec.unit) || (!unit.empty() && same_word(rest, unit.substr(1)))) {
      return std::isfinite(value) ? std::optional(value) : std::nullopt;
    }
  }
  return spec.unit == "midi" ? note_from_text(text) : std::nullopt;
}

std::string expected(const ParameterSpec& spec) {
  std::string out = type_word(spec.type) + std::string(spec.name);
  if (spec.type == Type::kEnum) return out + ", one of " + list_of(spec.labels);
  if (spec.type == Type::kToggle) return out + ", 0 or 1";
  if (!spec.unit.empty()) out += ", " + std::string(spec.unit);
  return out + ", " + number_text(spec.min) + ".." + number_text(spec.max);
}

std::string expected(const ArgumentSpec& spec) {
  std::string out = type_word(spec.type) + std::string(spec.name);
  if (spec.type == Type::kEnum) out += ", one of " + list_of(spec.labels);
  if (spec.type == Type::kToggle) out += ", 0 or 1";
  if (!spec.unit.empty() && !spec.name.starts_with(spec.unit)) out += ", " + std::string(spec.unit);
  if (spec.bounded) out += ", " + number_text(spec.min) + ".." + number_text(spec.max);
  return out;
}

std::string expected(const MethodSpec& spec) {
  if (spec.arguments.empty()) return "no argument (or 1)";
  std::string out;
  for (const ArgumentSpec& a : spec.arguments) {
    out += out.empty() ? "" : a.optional ? " " : "; ";
    if (a.optional) out += '[';
    out += expected(a);
    if (a.optional) out += ']';
  }
  return out;
}

}  // namespace continuo::schema
