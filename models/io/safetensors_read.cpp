// The safetensors reader: every byte of the file is accounted for before a tensor is handed out.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "models/io/half.h"
#include "models/io/json.h"
#include "models/io/safetensors.h"

namespace continuo::io {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little endian");

using nlohmann::json;
using std::to_string;

std::int64_t dtype_bytes(std::string_view dtype) noexcept {
  for (const auto* one : {"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3"})
    if (dtype == one) return 1;
  for (const auto* two : {"I16", "U16", "F16", "BF16"})
    if (dtype == two) return 2;
  for (const auto* four : {"I32", "U32", "F32"})
    if (dtype == four) return 4;
  for (const auto* eight : {"I64", "U64", "F64"})
    if (dtype == eight) return 8;
  return 0;
}

struct Range {
  std::uint64_t begin, end;
  const std::string* name;
};

// A whole number of at least 0 that fits 63 bits, or an Error.
std::int64_t natural(const json& value, const std::string& what) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::uint64_t(INT64_MAX))
    throw Error(what + " must be a whole number of at least 0");
  return std::int64_t(value.get<std::uint64_t>());
}

Tensor read_tensor(const json& entry, const std::string& name, const std::string& where, Range& range) {
  if (!entry.is_object()) throw Error(where + " must be an object with dtype, shape and data_offsets");
  for (const auto& [key, value] : entry.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      throw Error(where + ": unknown key \"" + key + "\"; a tensor has dtype, shape and data_offsets");
  for (const auto* key : {"dtype", "shape", "data_offsets"})
    if (!entry.contains(key)) throw Error(where + ": " + key + " is missing");

  Tensor tensor;
  tensor.name = name;
  if (!entry["dtype"].is_string()) throw Error(where + ": dtype must be a text such as \"F32\"");
  tensor.dtype = entry["dtype"].get<std::string>();
  const std::int64_t element = dtype_bytes(tensor.dtype);
  if (element == 0) throw Error(where + ": unknown dtype \"" + tensor.dtype + "\"; F32 and F16 are usual");

  if (!entry["shape"].is_array()) throw Error(where + ": shape must be a list of whole numbers");
  for (const auto& extent : entry["shape"]) {
    tensor.shape.push_back(natural(extent, where + ": every extent of the shape"));
    const std::int64_t last = tensor.shape.back();
    if (last != 0 && tensor.count > INT64_MAX / 8 / last)
      throw Error(where + ": the shape " + shape_text(tensor.shape) + " is too large for any file");
    tensor.count *= last;
  }

  const auto& offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2)
    throw Error(where + ": data_offsets must be two numbers, begin and end");
  range.begin = std::uint64_t(natural(offsets[0], where + ": data_offsets"));
  range.end = std::uint64_t(natural(offsets[1], where + ": data_offsets"));
  if (range.begin > range.end)
    throw Error(where + ": data_offsets begin at " + to_string(range.begin) + ", after their end " +
                to_string(range.end));
  if (range.end - range.begin != std::uint64_t(tensor.count * element))
    throw Error(where + ": shape " + shape_text(tensor.shape) + " of " + tensor.dtype + " needs " +
                to_string(tensor.count * element) + " bytes, data_offsets hold " +
                to_string(range.end - range.begin));
  return tensor;
}

// Ranges must tile [0, size) without overlap or hole.
void check_tiling(std::vector<Range>& ranges, std::uint64_t size, const std::string& file) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::uint64_t at = 0;
  const std::string* previous = nullptr;
  for (const Range& range : ranges) {
    const std::string where = file + ": tensor \"" + *range.name + "\"";
    if (range.end > size)
      throw Error(where + ": data_offsets end at " + to_string(range.end) + ", the file has only " +
                  to_string(size) + " bytes of tensor data: is it cut short?");
    if (range.begin < at)
      throw Error(where + ": overlaps tensor \"" + *previous + "\"; tensors must follow one another");
    if (range.begin > at)
      throw Error(where + ": begins at " + to_string(range.begin) + " but the data before it ends at " +
                  to_string(at) + "; a file may have no holes");
    at = range.end;
    previous = range.name;
  }
  if (at != size)
    throw Error(file + ": " + to_string(size - at) + " bytes after the last tensor belong to nothing");
}

}  // namespace

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + to_string(shape[i]);
  return text + "]";
}

Safetensors Safetensors::read(const std::string& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (failure) throw Error(path + ": cannot be read (" + failure.message() + ")");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": cannot be opened; is it readable for this user?");
  std::vector<std::byte> bytes(size);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(size)))
    throw Error(path + ": only " + to_string(file.gcount()) + " of " + to_string(size) +
                " bytes could be read");
  return parse(path, std::move(bytes));
}

Safetensors Safetensors::parse(std::string name, std::vector<std::byte> bytes) {
  Safetensors file;
  file.file_name_ = std::move(name);
  file.bytes_ = std::move(bytes);
  const std::string& where = file.file_name_;
  const std::uint64_t total = file.bytes_.size();

  if (total < 8)
    throw Error(where + ": " + to_string(total) +
                " bytes are no safetensors file; 8 bytes of header length come first");
  std::uint64_t header_bytes;
  std::memcpy(&header_bytes, file.bytes_.data(), 8);
  if (header_bytes > kMaximumHeaderBytes)
    throw Error(where + ": header length " + to_string(header_bytes) + " is above the limit of " +
                to_string(kMaximumHeaderBytes) + "; is this a safetensors file?");
  if (header_bytes > total - 8)
    throw Error(where + ": header length " + to_string(header_bytes) + ", but only " + to_string(total - 8) +
                " bytes follow: is it cut short?");
  const std::string_view text(reinterpret_cast<const char*>(file.bytes_.data()) + 8, header_bytes);
  if (text.empty() || text.front() != '{')
    throw Error(where + ": the header must begin with '{'; is this a safetensors file?");

  const json header = parse_json(text, where + ": header");
  const auto data = std::span<const std::byte>(file.bytes_).subspan(8 + header_bytes);
  std::vector<Range> ranges;
  for (const auto& [key, entry] : header.items()) {
    if (key == "__metadata__") {
      if (!entry.is_object()) throw Error(where + ": __metadata__ must be an object of texts");
      for (const auto& [item, value] : entry.items()) {
        if (!value.is_string()) throw Error(where + ": __metadata__ \"" + item + "\" must be a text");
        file.metadata_[item] = value.get<std::string>();
      }
      continue;
    }
    Range range{};
    Tensor tensor = read_tensor(entry, key, where + ": tensor \"" + key + "\"", range);
    const auto [place, fresh] = file.tensors_.emplace(key, std::move(tensor));
    range.name = &place->first;
    ranges.push_back(range);
  }
  check_tiling(ranges, data.size(), where);
  for (const Range& range : ranges)
    file.tensors_.find(*range.name)->second.bytes = data.subspan(range.begin, range.end - range.begin);
  return file;
}

const Tensor* Safetensors::find(std::string_view name) const noexcept {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

std::vector<float> Safetensors::convert(const Tensor& tensor) const {
  const std::string where = file_name_ + ": tensor \"" + tensor.name + "\"";
  std::vector<float> values(std::size_t(tensor.count));
  if (tensor.dtype == "F32") {
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  } else if (tensor.dtype == "F16") {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint16_t half;
      std::memcpy(&half, tensor.bytes.data() + 2 * i, 2);
      values[i] = half_to_float(half);
    }
  } else {
    throw Error(where + ": dtype " + tensor.dtype + " cannot be used as numbers here; it must be F32 or F16");
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw Error(where + ": value " + to_string(i) + " is not a finite number; the model is damaged");
  return values;
}

std::vector<float> Safetensors::floats(std::string_view name,
                                       std::initializer_list<std::int64_t> shape) const {
  const Tensor* tensor = find(name);
  const std::string wanted = shape_text({shape.begin(), shape.size()});
  const std::string where = file_name_ + ": tensor \"" + std::string(name) + "\"";
  if (!tensor) throw Error(where + " is missing; it must have the shape " + wanted);
  if (!std::equal(tensor->shape.begin(), tensor->shape.end(), shape.begin(), shape.end()))
    throw Error(where + " has the shape " + shape_text(tensor->shape) + "; the config asks for " + wanted);
  return convert(*tensor);
}

std::vector<float> Safetensors::vector(std::string_view name) const {
  const Tensor* tensor = find(name);
  const std::string where = file_name_ + ": tensor \"" + std::string(name) + "\"";
  if (!tensor) throw Error(where + " is missing; it must be a vector");
  if (tensor->shape.size() != 1)
    throw Error(where + " has the shape " + shape_text(tensor->shape) + "; it must be a vector");
  return convert(*tensor);
}

}  // namespace continuo::io
