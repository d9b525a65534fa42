// Strict JSON reading for model files: no duplicate keys, bounded depth, errors as io::Error.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace continuo::io {

// Disk thread. Parses one JSON text. `where` names the text in messages ("flute.safetensors: header").
// Throws io::Error on a syntax error, a key that stands twice in one object, or nesting deeper than 64.
nlohmann::json parse_json(std::string_view text, const std::string& where);

}  // namespace continuo::io
