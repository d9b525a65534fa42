// What the schema knows about a parameter and a method: plain data, filled by generated tables.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace continuo::schema {

enum class Type : uint8_t { kFloat, kInt, kToggle, kEnum, kString, kAny };

// How 0..1 of the /norm face maps to the unit.
enum class Curve : uint8_t {
  kLinear,       // also in dB
  kExponential,  // equal ratios; from 0 where the range begins there
};

// Who has to know a value.
enum class Acts : uint8_t {
  kAudio,    // the callback
  kModel,    // the network, on its worker
  kBoth,     // both
  kSession,  // control alone
};

struct ParameterSpec {
  std::string_view name;  // "vibrato/depth"
  Type type = Type::kFloat;
  Curve curve = Curve::kLinear;
  Acts acts = Acts::kAudio;
  bool off_at_min = false;  // the lowest value (in dB) means silence
  uint8_t digits = 2;       // after the point, in the /text face
  float min = 0, max = 1, default_value = 0;
  std::string_view unit;                       // "db", "hz", "semitones", "cents", "s", "midi", "" ...
  std::span<const std::string_view> labels{};  // of an enum: value 0, 1, ...
  std::string_view description;

  // The network reads it too.
  [[nodiscard]] bool to_model() const noexcept { return acts == Acts::kModel || acts == Acts::kBoth; }
};

struct ArgumentSpec {
  std::string_view name;
  Type type = Type::kFloat;
  std::string_view unit;
  bool optional = false;
  bool bounded = false;  // min and max hold
  double min = 0, max = 0;
  std::span<const std::string_view> labels{};
};

struct MethodSpec {
  std::string_view address;  // "/part/{part}/note"
  std::string_view name;     // below the address of its kind: "note"
  std::span<const ArgumentSpec> arguments{};
  bool query = false;  // without arguments it asks for what it would set
  std::string_view description;
};

}  // namespace continuo::schema
