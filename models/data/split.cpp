#include "models/data/split.h"

#include <zlib.h>

#include <regex>

namespace continuo::data {

std::string recording_key(const std::filesystem::path& file) {
  static const std::regex take("_rr[0-9]+(_.*)?$");
  return std::regex_replace(file.stem().string(), take, "");
}

std::uint32_t recording_hash(const std::filesystem::path& file) {
  const std::string name = "continuo/" + recording_key(file);
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(name.data()), static_cast<uInt>(name.size())));
}

bool held_out(const std::filesystem::path& file) {
  return recording_hash(file) % 10 == 0;
}

}  // namespace continuo::data
