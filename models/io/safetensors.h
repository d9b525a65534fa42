// Safetensors files, read whole and checked completely before anything is used.
// Format: https://github.com/huggingface/safetensors (8 bytes header length, JSON header, tensor data).
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/io/error.h"

namespace continuo::io {

struct Tensor {
  std::string name;
  std::string dtype;                 // "F32", "F16", ... as the file spells it
  std::vector<std::int64_t> shape;   // empty: a scalar
  std::int64_t count = 1;            // product of the shape
  std::span<const std::byte> bytes;  // little endian, row-major; lives as long as its Safetensors
};

// "[3, 4]"
std::string shape_text(std::span<const std::int64_t> shape);

// An open file. Movable, not copyable; immutable after reading, so any thread may read it.
class Safetensors {
 public:
  static constexpr std::uint64_t kMaximumHeaderBytes = 100'000'000;  // the format's own limit

  // Disk thread. Reads and checks a file. Throws Error when it is missing, unreadable or malformed: header
  // length, JSON, duplicate keys, dtypes, shapes, sizes, offsets out of bounds, overlaps, holes, trailing
  // bytes.
  static Safetensors read(const std::string& path);

  // The same for bytes in memory; `name` stands for the file in messages.
  static Safetensors parse(std::string name, std::vector<std::byte> bytes);

  Safetensors(Safetensors&&) noexcept = default;
  Safetensors& operator=(Safetensors&&) noexcept = default;

  const std::string& file_name() const noexcept { return file_name_; }
  const std::map<std::string, std::string>& metadata() const noexcept { return metadata_; }
  const std::map<std::string, Tensor, std::less<>>& tensors() const noexcept { return tensors_; }
  const Tensor* find(std::string_view name) const noexcept;  // nullptr when the file has none of that name

  // A copy of an F32 or F16 tensor as floats. Throws Error when the tensor is missing, has another shape or
  // dtype, or holds a value that is not finite.
  std::vector<float> floats(std::string_view name, std::initializer_list<std::int64_t> shape) const;
  // The same for a vector of any length.
  std::vector<float> vector(std::string_view name) const;

 private:
  Safetensors() = default;
  std::vector<float> convert(const Tensor& tensor) const;

  std::string file_name_;
  std::vector<std::byte> bytes_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Tensor, std::less<>> tensors_;
};

// Collects tensors and writes them as one file. Disk thread.
class SafetensorsWriter {
 public:
  void set_metadata(const std::string& key, const std::string& value) { metadata_[key] = value; }

  // Values are row-major and are copied. Throw Error when the count differs from the shape's product or the
  // name is empty, reserved or already taken.
  void add_f32(const std::string& name, std::vector<std::int64_t> shape, std::span<const float> values);
  void add_f16(const std::string& name, std::vector<std::int64_t> shape, std::span<const float> values);

  // The whole file. Tensors stand in the order of their names, the header is padded to a multiple of 8 bytes.
  std::vector<std::byte> bytes() const;

  // Writes beside the target and renames, so that a reader sees the old file or the new one.
  void write(const std::string& path) const;

 private:
  struct Entry {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes;
  };
  void add(const std::string& name, Entry entry, std::size_t count);

  std::map<std::string, std::string> metadata_;
  std::map<std::string, Entry> entries_;
};

}  // namespace continuo::io
