// An object of a model's config that knows where it stands, so that every complaint names the place.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "models/io/error.h"
#include "models/io/json.h"

namespace continuo::ddsp {

// Disk thread. All throw io::Error, naming what is wrong and what would be right.
struct Object {
  const nlohmann::json& value;
  std::string where;

  Object(const nlohmann::json& object, std::string path) : value(object), where(std::move(path)) {
    if (!value.is_object()) throw io::Error(where + " must be an object");
  }
  bool has(const char* key) const { return value.contains(key); }
  std::string path(const char* key) const { return where + "." + key; }

  const nlohmann::json& get(const char* key) const {
    if (!has(key)) throw io::Error(path(key) + " is missing");
    return value[key];
  }
  Object object(const char* key) const { return {get(key), path(key)}; }

  std::string text(const char* key, const char* otherwise) const {
    if (!has(key)) return otherwise;
    if (!value[key].is_string()) throw io::Error(path(key) + " must be a text");
    return value[key].get<std::string>();
  }
  int whole(const char* key, int low, int high) const {
    const nlohmann::json& number = get(key);
    if (!number.is_number_integer() || number < low || number > high)
      throw io::Error(path(key) + " is " + number.dump().substr(0, 40) + "; it must be a whole number from " +
                      std::to_string(low) + " to " + std::to_string(high));
    return number.get<int>();
  }
  float number(const char* key, float low, float high) const {
    return checked(get(key), path(key), low, high);
  }
  float number_or(const char* key, float low, float high, float otherwise) const {
    return has(key) ? number(key, low, high) : otherwise;
  }
  std::vector<float> numbers(const char* key, float low, float high) const {
    std::vector<float> list;
    if (!has(key)) return list;
    constexpr std::size_t kMaximumFrames = 10'000;
    if (!value[key].is_array() || value[key].size() > kMaximumFrames)
      throw io::Error(path(key) + " must be a list of at most " + std::to_string(kMaximumFrames) +
                      " numbers");
    for (const auto& element : value[key]) list.push_back(checked(element, path(key), low, high));
    return list;
  }

  static float checked(const nlohmann::json& number, const std::string& path, float low, float high) {
    const double x = number.is_number() ? number.get<double>() : NAN;
    if (!(x >= low && x <= high))
      throw io::Error(path + " is " + number.dump().substr(0, 40) + "; it must be a number from " +
                      nlohmann::json(low).dump() + " to " + nlohmann::json(high).dump());
    return float(x);
  }
};

}  // namespace continuo::ddsp
