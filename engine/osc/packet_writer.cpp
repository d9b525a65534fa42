// Writes OSC messages and bundles.
#include "engine/osc/packet_writer.h"

#include <bit>
#include <cstring>

#include "engine/osc/big_endian.h"

namespace continuo::osc {

std::size_t header_bytes(std::string_view address, std::string_view tags) noexcept {
  return padded_text(address.size()) + padded_text(tags.size() + 1);
}

MessageWriter::MessageWriter(std::span<std::byte> buffer, std::string_view address,
                             std::string_view tags) noexcept
    : buffer_(buffer), tags_(tags) {
  good_ = !address.empty() && address.front() == '/' && tags.find('\0') == std::string_view::npos;
  put_text(address);
  std::byte* p = room(padded_text(tags.size() + 1));
  if (p == nullptr) return;
  std::memset(p, 0, padded_text(tags.size() + 1));
  *p = std::byte{','};
  if (!tags.empty()) std::memcpy(p + 1, tags.data(), tags.size());
}

std::byte* MessageWriter::room(std::size_t bytes) noexcept {
  if (!good_ || buffer_.size() - size_ < bytes) {
    good_ = false;
    return nullptr;
  }
  std::byte* p = buffer_.data() + size_;
  size_ += bytes;
  return p;
}

void MessageWriter::put_text(std::string_view text) noexcept {
  if (text.find('\0') != std::string_view::npos) good_ = false;
  const std::size_t bytes = padded_text(text.size());
  std::byte* p = room(bytes);
  if (p == nullptr) return;
  std::memset(p + bytes - 4, 0, 4);
  if (!text.empty()) std::memcpy(p, text.data(), text.size());
}

bool MessageWriter::take(char tag) noexcept {
  while (!tags_.empty() && std::string_view("TFNI[]").find(tags_.front()) != std::string_view::npos) {
    tags_.remove_prefix(1);
  }
  if (tags_.empty() || tags_.front() != tag) {
    good_ = false;
    return false;
  }
  tags_.remove_prefix(1);
  return true;
}

MessageWriter& MessageWriter::add(std::int32_t value) noexcept {
  if (take('i')) {
    if (std::byte* p = room(4)) store_u32(p, static_cast<std::uint32_t>(value));
  }
  return *this;
}

MessageWriter& MessageWriter::add(float value) noexcept {
  if (take('f')) {
    if (std::byte* p = room(4)) store_u32(p, std::bit_cast<std::uint32_t>(value));
  }
  return *this;
}

MessageWriter& MessageWriter::add(double value) noexcept {
  if (take('d')) {
    if (std::byte* p = room(8)) store_u64(p, std::bit_cast<std::uint64_t>(value));
  }
  return *this;
}

MessageWriter& MessageWriter::add(std::int64_t value) noexcept {
  if (take('h')) {
    if (std::byte* p = room(8)) store_u64(p, static_cast<std::uint64_t>(value));
  }
  return *this;
}

MessageWriter& MessageWriter::add(std::string_view value) noexcept {
  const bool symbol = tags_.find_first_not_of("TFNI[]") != std::string_view::npos &&
                      tags_[tags_.find_first_not_of("TFNI[]")] == 'S';
  if (take(symbol ? 'S' : 's')) put_text(value);
  return *this;
}

MessageWriter& MessageWriter::add(TimeTag value) noexcept {
  if (take('t')) {
    if (std::byte* p = room(8)) store_u64(p, value.value);
  }
  return *this;
}

MessageWriter& MessageWriter::add_blob(std::span<const std::byte> value) noexcept {
  if (!take('b')) return *this;
  const std::size_t bytes = padded_blob(value.size());
  std::byte* p = room(4 + bytes);
  if (p == nullptr) return *this;
  store_u32(p, static_cast<std::uint32_t>(value.size()));
  if (bytes > 0) std::memset(p + bytes, 0, 4);
  if (!value.empty()) std::memcpy(p + 4, value.data(), value.size());
  return *this;
}

MessageWriter& MessageWriter::add_bits(std::uint32_t value) noexcept {
  while (!tags_.empty() && std::string_view("TFNI[]").find(tags_.front()) != std::string_view::npos) {
    tags_.remove_prefix(1);
  }
  const char tag = tags_.empty() ? '?' : tags_.front();
  if (take(tag == 'r' || tag == 'm' ? tag : 'c')) {
    if (std::byte* p = room(4)) store_u32(p, value);
  }
  return *this;
}

std::span<const std::byte> MessageWriter::bytes() noexcept {
  if (tags_.find_first_not_of("TFNI[]") != std::string_view::npos) good_ = false;
  if (!good_) return {};
  return buffer_.first(size_);
}

BundleWriter::BundleWriter(std::span<std::byte> buffer, TimeTag time) noexcept : buffer_(buffer) {
  if (buffer.size() < 16) {
    buffer_ = {};
    return;
  }
  std::memcpy(buffer.data(), "#bundle", 8);
  store_u64(buffer.data() + 8, time.value);
  size_ = 16;
}

std::span<std::byte> BundleWriter::space() noexcept {
  return buffer_.size() - size_ < 4 ? std::span<std::byte>{} : buffer_.subspan(size_ + 4);
}

void BundleWriter::add_in_place(std::size_t bytes) noexcept {
  store_u32(buffer_.data() + size_, static_cast<std::uint32_t>(bytes));
  size_ += 4 + bytes;
  ++count_;
}

bool BundleWriter::add(std::span<const std::byte> element) noexcept {
  if (element.empty() || element.size() > space().size()) return false;
  std::memcpy(space().data(), element.data(), element.size());
  add_in_place(element.size());
  return true;
}

std::span<const std::byte> BundleWriter::bytes_or_single() const noexcept {
  return count_ == 1 ? std::span<const std::byte>(buffer_).subspan(20, size_ - 20) : bytes();
}

}  // namespace continuo::osc
