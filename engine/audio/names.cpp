// Name matching and checking, ASCII only.
#include "engine/audio/names.h"

#include <algorithm>

namespace continuo {

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [&](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

std::string name_fault(std::string_view name) {
  constexpr size_t kLongest = 64;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (name.empty() || name.size() > kLongest || name.front() == '-' ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return "a name is 1 to 64 of a-z 0-9 _ - and does not start with -";
  }
  return {};
}

}  // namespace continuo
