// Arguments of a checked message: their values, and the numbers that players mean by them.
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/osc/big_endian.h"
#include "engine/osc/number_text.h"
#include "engine/osc/packet.h"
#include "engine/osc/type_tags.h"

namespace continuo::osc {

std::int32_t Argument::int32() const noexcept {
  return tag == 'i' || tag == 'c' ? static_cast<std::int32_t>(load_u32(data.data())) : 0;
}
std::uint32_t Argument::bits32() const noexcept {
  return data.size() == 4 && tag != 's' && tag != 'S' && tag != 'b' ? load_u32(data.data()) : 0;
}
std::int64_t Argument::int64() const noexcept {
  return tag == 'h' ? static_cast<std::int64_t>(load_u64(data.data())) : 0;
}
float Argument::float32() const noexcept {
  return tag == 'f' ? std::bit_cast<float>(load_u32(data.data())) : 0;
}
double Argument::float64() const noexcept {
  return tag == 'd' ? std::bit_cast<double>(load_u64(data.data())) : 0;
}
TimeTag Argument::time() const noexcept {
  return tag == 't' ? TimeTag{load_u64(data.data())} : TimeTag{};
}
std::string_view Argument::string() const noexcept {
  if (tag != 's' && tag != 'S') return {};
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

std::optional<double> Argument::number() const noexcept {
  double value = 0;
  switch (tag) {
    case 'i':
      return int32();
    case 'h':
      return static_cast<double>(int64());
    case 'f':
      value = float32();
      break;
    case 'd':
      value = float64();
      break;
    case 'T':
      return 1.0;
    case 'F':
      return 0.0;
    case 's':
    case 'S':
      return parse_double(string());
    default:
      return std::nullopt;
  }
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> Argument::integer() const noexcept {
  if (tag == 'h') return int64();
  if (tag == 's' || tag == 'S') {
    if (const auto exact = parse_integer(string())) return exact;
  }
  const auto value = number();
  if (!value || !(std::fabs(*value) < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(*value));
}

std::optional<bool> Argument::truth() const noexcept {
  if (tag == 'I') return true;
  const auto value = number();
  if (!value) return std::nullopt;
  return *value != 0.0;
}

ArgumentIterator::ArgumentIterator(std::string_view tags, std::span<const std::byte> data,
                                   bool brackets) noexcept
    : tag_(tags.data()), tags_end_(tags.data() + tags.size()), data_(data.data()), brackets_(brackets) {
  read();
}

void ArgumentIterator::read() noexcept {
  for (; tag_ != tags_end_; ++tag_) {
    if (*tag_ != '[' && *tag_ != ']') break;
    if (*tag_ == ']') --depth_;
    const std::uint8_t depth = depth_;
    if (*tag_ == '[') ++depth_;
    if (!brackets_) continue;
    argument_ = {*tag_, depth, {}};
    done_ = false;
    return;
  }
  done_ = tag_ == tags_end_;
  if (done_) return;
  argument_.tag = *tag_;
  argument_.depth = depth_;
  if (*tag_ == 's' || *tag_ == 'S') {
    const std::size_t length = std::strlen(reinterpret_cast<const char*>(data_));
    argument_.data = {data_, length};
    data_ += padded_text(length);
  } else if (*tag_ == 'b') {
    const std::uint32_t size = load_u32(data_);
    argument_.data = {data_ + 4, size};
    data_ += 4 + padded_blob(size);
  } else {
    const auto bytes = static_cast<std::size_t>(fixed_bytes(*tag_));
    argument_.data = {data_, bytes};
    data_ += bytes;
  }
}

ArgumentIterator& ArgumentIterator::operator++() noexcept {
  ++tag_;
  read();
  return *this;
}

ArgumentIterator ArgumentIterator::operator++(int) noexcept {
  ArgumentIterator before = *this;
  ++*this;
  return before;
}

std::size_t Message::count() const noexcept {
  std::size_t n = 0;
  for (const char tag : tags) n += tag != '[' && tag != ']';
  return n;
}

bool Message::fires() const noexcept {
  const auto range = arguments();
  if (range.begin() == range.end()) return true;
  return range.begin()->truth().value_or(false);
}

}  // namespace continuo::osc
