// Checks messages against the schema.
#include "engine/session/request.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "osc_schema/face.h"

namespace continuo::session {
namespace {

using schema::Type;

constexpr double kLongestRamp = 3600;

std::string wrong(const std::string& expected) {
  return "expected " + expected;
}

std::optional<double> label_value(std::span<const std::string_view> labels, std::string_view text) {
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == text) return static_cast<double>(i);
  }
  return std::nullopt;
}

bool check_parameter(const osc::Message& message, Target target, Request& request, std::string& reason) {
  const schema::ParameterSpec& spec = target.parameter();
  const auto expected = [&] {
    switch (target.face) {
      case Face::kNorm:
        return "float " + std::string(spec.name) + "/norm, 0..1 [seconds]";
      case Face::kText:
        return "text of " + std::string(spec.name) + ", as \"" + schema::to_text(spec, spec.default_value) +
               "\"";
      default:
        return schema::expected(spec);
    }
  };
  const auto refuse = [&] {
    reason = wrong(expected());
    return false;
  };
  const size_t count = message.count();
  if (count == 0) {
    request.what = Request::What::kQuery;
    return true;
  }
  if (count > 2) return refuse();
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
  if (!value) return refuse();
  // A toggle takes what any fader sends; everything else must be within its range.
  *value = schema::to_type(spec, *value);
  if (!(*value >= spec.min && *value <= spec.max)) return refuse();
  request.value = static_cast<float>(*value);
  if (count == 2) {
    const std::optional<double> seconds = (++at)->number();
    if (!seconds || *seconds < 0 || *seconds > kLongestRamp) return refuse();
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
  if (spec.arguments.empty()) {
    if (count > 1 || (count == 1 && !message.arguments().begin()->truth())) {
      reason = wrong(schema::expected(spec));
      return false;
    }
    if (!message.fires()) request.what = Request::What::kNothing;
    return true;
  }
  if (count == 0 && spec.query) {
    request.what = Request::What::kQuery;
    return true;
  }
  size_t i = 0;
  bool good = count <= spec.arguments.size();
  for (const osc::Argument& argument : message.arguments()) {
    if (!good || !take(spec.arguments[i], argument, request.arguments[i])) {
      good = false;
      break;
    }
    ++i;
  }
  if (good && i < spec.arguments.size() && !spec.arguments[i].optional) good = false;
  if (!good) reason = wrong(schema::expected(spec));
  return good;
}

}  // namespace

bool check(const osc::Message& message, Target target, Request& request, std::string& reason) {
  request = Request{};
  request.target = target;
  return target.is_parameter() ? check_parameter(message, target, request, reason)
                               : check_method(message, target, request, reason);
}

}  // namespace continuo::session
