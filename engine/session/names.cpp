// Names that people give.
#include "engine/session/names.h"

#include <algorithm>
#include <cctype>

namespace continuo::session {

std::string fit_name(std::string_view wanted) {
  constexpr size_t kLongest = 48;
  std::string name;
  for (const char c : wanted) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 128 && std::isalnum(u)) {
      name += static_cast<char>(std::tolower(u));
    } else if (c == '-') {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
    if (name.size() == kLongest) break;
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  const bool number =
      !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
  if (number || name == "norm" || name == "text") name.insert(name.begin(), '_');
  return name;
}

}  // namespace continuo::session
