// Checks messages against the schema.
#include "engine/session/request.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "osc_schema/face.h"

namespace continuo::session {
namespace {

using schema::Type;

constexpr int kLongestRamp = 3600;  // seconds

// What was sent, as a line of a fader's log would show it.
std::string shown(const osc::Argument& argument) {
  constexpr size_t kLongest = 40;
  if (argument.tag == 's' || argument.tag == 'S') {
    std::string text = "\"" + std::string(argument.string().substr(0, kLongest)) + "\"";
    return argument.string().size() > kLongest ? text + "..." : text;
  }
  if (const auto number = argument.number()) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", *number);
    return text;
  }
  return std::string("of type ") + argument.tag;
}

// "argument 2 (velocity) is 128: expected float velocity, 0..127".
bool refuse(std::string& reason, size_t i, std::string_view name, const osc::Argument& got,
            const std::string& expected) {
  reason = "argument " + std::to_string(i + 1) + " (" + std::string(name) + ") is " + shown(got) +
           ": expected " + expected;
  return false;
}

bool refuse_more(std::string& reason, size_t most, const std::string& expected) {
  reason = "argument " + std::to_string(most + 1) + " is one too many: expected " + expected;
  return false;
}

std::optional<double> label_value(std::span<const std::string_view> labels, std::string_view text) {
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == text) return static_cast<double>(i);
  }
  return std::nullopt;
}

std::string expected_of(const schema::ParameterSpec& spec, Face face) {
  if (face == Face::kNorm) return "float " + std::string(spec.name) + "/norm, 0..1";
  if (face == Face::kText) {
    return "text of " + std::string(spec.name) + ", as \"" + schema::to_text(spec, spec.default_value) + "\"";
  }
  return schema::expected(spec);
}

bool check_parameter(const osc::Message& message, Target target, Request& request, std::string& reason) {
  const schema::ParameterSpec& spec = target.parameter();
  const std::string seconds_expected = "float seconds, 0.." + std::to_string(kLongestRamp);
  const size_t count = message.count();
  if (count == 0) {
    request.what = Request::What::kQuery;
    return true;
  }
  if (count > 2) {
    const bool ramps = spec.type == Type::kFloat;
    return refuse_more(reason, ramps ? 2 : 1,
                       expected_of(spec, target.face) + (ramps ? " [" + seconds_expected + "]" : ""));
  }
  auto at = message.arguments().begin();
  const osc::Argument first = *at;
  std::optional<double> value;
  if (target.face == Face::kText && (first.tag == 's' || first.tag == 'S')) {
    value = schema::from_text(spec, first.string());
  } else if (target.face == Face::kNorm) {
    value = first.number();
    if (value) value = schema::from_norm(spec, *value);
  } else if (spec.type == Type::kEnum && (first.tag == 's' || first.tag == 'S')) {
    value = label_value(spec.labels, first.string());
    if (!value) value = first.number();
  } else {
    value = first.number();
  }
  const auto refuse_value = [&] {
    return refuse(reason, 0, spec.name, first, expected_of(spec, target.face));
  };
  if (!value) return refuse_value();
  // A toggle takes what any fader sends; everything else must be within its range.
  *value = schema::to_type(spec, *value);
  if (!(*value >= spec.min && *value <= spec.max)) return refuse_value();
  request.value = static_cast<float>(*value);
  if (count == 2) {
    const std::optional<double> seconds = (++at)->number();
    if (!seconds || !(*seconds >= 0 && *seconds <= kLongestRamp))
      return refuse(reason, 1, "seconds", *at, seconds_expected);
    request.seconds = static_cast<float>(*seconds);
  }
  request.what = Request::What::kSet;
  return true;
}

bool take(const schema::ArgumentSpec& spec, const osc::Argument& argument, Value& value) {
  value.given = true;
  value.raw = argument;
  const bool text = argument.tag == 's' || argument.tag == 'S';
  switch (spec.type) {
    case Type::kAny:
      return true;
    case Type::kString:
      value.text = argument.string();
      return text && !value.text.empty();
    case Type::kEnum:
      if (text) {
        if (const auto found = label_value(spec.labels, argument.string())) {
          value.number = *found;
          value.text = spec.labels[static_cast<size_t>(*found)];
          return true;
        }
        return false;
      }
      if (const auto number = argument.integer();
          number && *number >= 0 && *number < static_cast<int64_t>(spec.labels.size())) {
        value.number = static_cast<double>(*number);
        value.text = spec.labels[static_cast<size_t>(*number)];
        return true;
      }
      return false;
    case Type::kToggle:
      if (const auto number = argument.number()) {
        value.number = *number >= 0.5 ? 1 : 0;
        return true;
      }
      return false;
    case Type::kInt:
      if (const auto number = argument.integer(); number && *number >= INT32_MIN && *number <= INT32_MAX) {
        value.number = static_cast<double>(*number);
        return !spec.bounded || (value.number >= spec.min && value.number <= spec.max);
      }
      return false;
    case Type::kFloat:
      if (const auto number = argument.number()) {
        value.number = *number;
        return !spec.bounded || (value.number >= spec.min && value.number <= spec.max);
      }
      return false;
  }
  return false;
}

bool check_method(const osc::Message& message, Target target, Request& request, std::string& reason) {
  const schema::MethodSpec& spec = target.method();
  const size_t count = message.count();
  request.what = Request::What::kCall;
  const size_t most = spec.arguments.size();
  if (spec.arguments.empty()) {
    if (count > 1) return refuse_more(reason, 1, schema::expected(spec));
    if (count == 1 && !message.arguments().begin()->truth())
      return refuse(reason, 0, "trigger", *message.arguments().begin(), schema::expected(spec));
    if (!message.fires()) request.what = Request::What::kNothing;
    return true;
  }
  if (count == 0 && spec.query) {
    request.what = Request::What::kQuery;
    return true;
  }
  if (count > most) return refuse_more(reason, most, schema::expected(spec));
  size_t i = 0;
  for (const osc::Argument& argument : message.arguments()) {
    const schema::ArgumentSpec& wanted = spec.arguments[i];
    if (!take(wanted, argument, request.arguments[i]))
      return refuse(reason, i, wanted.name, argument, schema::expected(wanted));
    ++i;
  }
  if (i == most || spec.arguments[i].optional) return true;
  reason = "argument " + std::to_string(i + 1) + " (" + std::string(spec.arguments[i].name) +
           ") is missing: expected " + schema::expected(spec);
  return false;
}

}  // namespace

bool check(const osc::Message& message, Target target, Request& request, std::string& reason) {
  request = Request{};
  request.target = target;
  return target.is_parameter() ? check_parameter(message, target, request, reason)
                               : check_method(message, target, request, reason);
}

}  // namespace continuo::session
