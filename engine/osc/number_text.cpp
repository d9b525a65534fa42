// Numbers to and from text: std::to_chars where the library has it for floating point.
#include "engine/osc/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace continuo::osc {
namespace {

// Without its '+', or nothing when it does not begin as a number does ("inf", "nan", "0x1", " 1").
std::optional<std::string_view> number_body(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  const std::size_t first = text.size() > 1 && text.front() == '-' ? 1 : 0;
  if (first >= text.size()) return std::nullopt;
  const char c = text[first];
  if ((c < '0' || c > '9') && c != '.') return std::nullopt;
  return text;
}

template <class T>
std::optional<T> parse(std::string_view text) noexcept {
  const auto body = number_body(text);
  if (!body) return std::nullopt;
  T value{};
#if defined(__cpp_lib_to_chars)
  const auto result = std::from_chars(body->data(), body->data() + body->size(), value);
  if (result.ec != std::errc{} || result.ptr != body->data() + body->size()) return std::nullopt;
#else
  char copy[64];
  if (body->size() >= sizeof copy || body->find_first_of("xX") != std::string_view::npos) return std::nullopt;
  copy[body->copy(copy, sizeof copy - 1)] = 0;
  char* end = nullptr;
  value = sizeof(T) == 4 ? static_cast<T>(std::strtof(copy, &end)) : static_cast<T>(std::strtod(copy, &end));
  if (end != copy + body->size()) return std::nullopt;
#endif
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

template <class T>
std::string shortest(T value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[40];
#if defined(__cpp_lib_to_chars)
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
#else
  std::string text;
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, static_cast<double>(value));
    text = buffer;
    if (parse<T>(text) == value) break;
  }
#endif
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::optional<double> parse_double(std::string_view text) noexcept {
  return parse<double>(text);
}
std::optional<float> parse_float(std::string_view text) noexcept {
  return parse<float>(text);
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  const auto body = number_body(text);
  if (!body) return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(body->data(), body->data() + body->size(), value);
  if (result.ec != std::errc{} || result.ptr != body->data() + body->size()) return std::nullopt;
  return value;
}

std::string to_text(double value) {
  return shortest(value);
}
std::string to_text(float value) {
  return shortest(value);
}

}  // namespace continuo::osc
