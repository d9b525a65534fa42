// The safetensors writer.
#include <cstring>
#include <filesystem>
#include <fstream>

#include "models/io/half.h"
#include "models/io/json.h"
#include "models/io/safetensors.h"

namespace continuo::io {

void SafetensorsWriter::add(const std::string& name, Entry entry, std::size_t count) {
  const std::string where = "tensor \"" + name + "\"";
  if (name.empty() || name == "__metadata__") throw Error(where + ": this name is not allowed");
  std::size_t product = 1;
  for (const std::int64_t extent : entry.shape) {
    if (extent < 0) throw Error(where + ": negative extent in " + shape_text(entry.shape));
    product *= std::size_t(extent);
  }
  if (product != count)
    throw Error(where + ": " + std::to_string(count) + " values for the shape " + shape_text(entry.shape));
  if (!entries_.emplace(name, std::move(entry)).second) throw Error(where + " was added twice");
}

void SafetensorsWriter::add_f32(const std::string& name, std::vector<std::int64_t> shape,
                                std::span<const float> values) {
  const auto raw = std::as_bytes(values);
  add(name, {"F32", std::move(shape), {raw.begin(), raw.end()}}, values.size());
}

void SafetensorsWriter::add_f16(const std::string& name, std::vector<std::int64_t> shape,
                                std::span<const float> values) {
  std::vector<std::byte> raw(values.size() * 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t half = float_to_half(values[i]);
    std::memcpy(raw.data() + 2 * i, &half, 2);
  }
  add(name, {"F16", std::move(shape), std::move(raw)}, values.size());
}

std::vector<std::byte> SafetensorsWriter::bytes() const {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata_.empty()) header["__metadata__"] = metadata_;
  std::size_t at = 0;
  for (const auto& [name, entry] : entries_) {
    header[name] = {
        {"dtype", entry.dtype}, {"shape", entry.shape}, {"data_offsets", {at, at + entry.bytes.size()}}};
    at += entry.bytes.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    throw Error(std::string("the header cannot be written as JSON: ") + error.what());
  }
  text.append((8 - text.size() % 8) % 8, ' ');

  const std::uint64_t header_bytes = text.size();
  std::vector<std::byte> file(8 + text.size());
  file.reserve(file.size() + at);
  std::memcpy(file.data(), &header_bytes, 8);
  std::memcpy(file.data() + 8, text.data(), text.size());
  for (const auto& [name, entry] : entries_) file.insert(file.end(), entry.bytes.begin(), entry.bytes.end());
  return file;
}

void SafetensorsWriter::write(const std::string& path) const {
  const auto content = bytes();
  const std::string part = path + ".part";
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
    file.flush();
    if (!file) throw Error(part + ": could not be written; is there space, and may this user write here?");
  }
  std::error_code failure;
  std::filesystem::rename(part, path, failure);
  if (failure) throw Error(path + ": could not be replaced (" + failure.message() + ")");
}

}  // namespace continuo::io
