// Writes OSC messages and bundles into a buffer of the caller's: no allocation, for feedback and tests.
// Replies that are rare and small are built with liblo (outgoing.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/osc/time_tag.h"

namespace continuo::osc {

// Any thread. The type tags are given first, then the arguments in their order:
//   MessageWriter w(buffer, "/part/1/gain", "fs");
//   w.add(-6.0f).add("dB");
//   send(w.bytes());
// T F N I [ ] in the tags take no call. When the buffer is too small, or a call does not fit the next tag, or
// arguments are missing, bytes() is empty.
class MessageWriter {
 public:
  MessageWriter(std::span<std::byte> buffer, std::string_view address, std::string_view tags) noexcept;
  MessageWriter& add(std::int32_t value) noexcept;      // i
  MessageWriter& add(float value) noexcept;             // f
  MessageWriter& add(double value) noexcept;            // d
  MessageWriter& add(std::int64_t value) noexcept;      // h
  MessageWriter& add(std::string_view value) noexcept;  // s S; must hold no zero byte
  MessageWriter& add(const char* value) noexcept { return add(std::string_view(value)); }
  MessageWriter& add(TimeTag value) noexcept;                          // t
  MessageWriter& add_blob(std::span<const std::byte> value) noexcept;  // b
  MessageWriter& add_bits(std::uint32_t value) noexcept;               // c r m, as raw bits
  std::span<const std::byte> bytes() noexcept;

 private:
  bool take(char tag) noexcept;
  std::byte* room(std::size_t bytes) noexcept;
  void put_text(std::string_view text) noexcept;

  std::span<std::byte> buffer_;
  std::string_view tags_;
  std::size_t size_ = 0;
  bool good_ = true;
};

// Any thread. Collects encoded messages (or bundles) under one time tag.
class BundleWriter {
 public:
  explicit BundleWriter(std::span<std::byte> buffer, TimeTag time = TimeTag::immediately()) noexcept;
  // False, and nothing written, when the element does not fit.
  bool add(std::span<const std::byte> element) noexcept;
  // Where the next element may be written in place, then add_in_place(its size).
  std::span<std::byte> space() noexcept;
  void add_in_place(std::size_t bytes) noexcept;
  std::size_t count() const noexcept { return count_; }
  std::size_t size() const noexcept { return size_; }
  std::span<const std::byte> bytes() const noexcept { return buffer_.first(size_); }
  // The only element of a bundle of one: sent bare, it saves 20 bytes and every receiver reads it.
  std::span<const std::byte> bytes_or_single() const noexcept;

 private:
  std::span<std::byte> buffer_;
  std::size_t size_ = 0;
  std::size_t count_ = 0;
};

// The size of "/address ,tags" before its arguments.
std::size_t header_bytes(std::string_view address, std::string_view tags) noexcept;

}  // namespace continuo::osc
