// Strict JSON reading, see json.h.
#include "models/io/json.h"

#include <set>
#include <vector>

#include "models/io/error.h"

namespace continuo::io {
namespace {
constexpr int kMaximumDepth = 64;
}

nlohmann::json parse_json(std::string_view text, const std::string& where) {
  using nlohmann::json;
  std::vector<std::set<std::string>> open_objects;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kMaximumDepth)
      throw Error(where + ": nested deeper than " + std::to_string(kMaximumDepth) + " levels");
    if (event == json::parse_event_t::object_start) {
      open_objects.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open_objects.pop_back();
    } else if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!open_objects.back().insert(key).second)
        throw Error(where + ": the key \"" + key + "\" stands twice; every key must stand once");
    }
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), watch);
  } catch (const json::exception& error) {
    throw Error(where + ": not valid JSON (" + error.what() + ")");
  }
}

}  // namespace continuo::io
