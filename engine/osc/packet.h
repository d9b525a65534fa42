// OSC packets: a reader that checks a whole packet before anything acts on it.
// OSC 1.0 with the type tags of 1.1. No allocation, bounded depth and size; whatever the bytes are, reading
// stays within them. A bundle is all or nothing: one bad element refuses the packet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/osc/time_tag.h"

namespace continuo::osc {

inline constexpr std::size_t kMaxPacketBytes = 65536;
inline constexpr int kMaxBundleDepth = 16;  // a bundle that holds only messages has depth 1
inline constexpr int kMaxArrayDepth = 16;

enum class PacketError : std::uint8_t {
  none,
  empty,
  too_large,
  size_not_multiple_of_four,
  not_osc,
  text_unterminated,
  padding_not_zero,
  unknown_type_tag,
  array_not_closed,
  array_not_opened,
  array_too_deep,
  argument_truncated,
  blob_size_invalid,
  bytes_after_arguments,
  bundle_header_invalid,
  bundle_too_deep,
  element_size_invalid,
  nested_time_earlier,
};

// What was wrong and at which byte of the packet.
struct PacketFault {
  PacketError error = PacketError::none;
  std::uint32_t byte = 0;
  explicit operator bool() const noexcept { return error != PacketError::none; }
};

// Any thread. What is wrong, without the place.
const char* text(PacketError error) noexcept;
// Any thread but audio. "unknown type tag, at byte 9".
std::string describe(PacketFault fault);

// One argument, a view into the packet. `tag` is one of i f s b h t d S c r m T F N I, from elements() also [
// and ]. An accessor of another type than the tag's returns 0 or nothing; the coercions below take what
// players send.
struct Argument {
  char tag = 'N';
  std::uint8_t depth = 0;           // in how many arrays it lies
  std::span<const std::byte> data;  // big-endian value; s S: without NUL and padding; b: the contents

  std::int32_t int32() const noexcept;       // i c
  std::uint32_t bits32() const noexcept;     // i f c r m: the raw bits (r: RGBA, m: port status data1 data2)
  std::int64_t int64() const noexcept;       // h
  float float32() const noexcept;            // f
  double float64() const noexcept;           // d
  TimeTag time() const noexcept;             // t
  std::string_view string() const noexcept;  // s S

  // A finite number from i f h d T F or a numeric text; NaN, infinities and all else give nothing.
  std::optional<double> number() const noexcept;
  // The number rounded to the nearest integer, where it fits (controllers send indices as floats). Exact for
  // h.
  std::optional<std::int64_t> integer() const noexcept;
  // T I and numbers but 0 are true, F and 0 are false.
  std::optional<bool> truth() const noexcept;
};

// Forward iteration over the arguments of a checked message.
class ArgumentIterator {
 public:
  using value_type = Argument;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using pointer = const Argument*;
  using reference = const Argument&;

  ArgumentIterator() = default;
  ArgumentIterator(std::string_view tags, std::span<const std::byte> data, bool brackets) noexcept;
  const Argument& operator*() const noexcept { return argument_; }
  const Argument* operator->() const noexcept { return &argument_; }
  ArgumentIterator& operator++() noexcept;
  ArgumentIterator operator++(int) noexcept;
  bool operator==(std::default_sentinel_t) const noexcept { return done_; }

 private:
  void read() noexcept;
  const char* tag_ = nullptr;
  const char* tags_end_ = nullptr;
  const std::byte* data_ = nullptr;
  Argument argument_;
  std::uint8_t depth_ = 0;
  bool brackets_ = false;
  bool done_ = true;
};

struct ArgumentRange {
  ArgumentIterator first;
  ArgumentIterator begin() const noexcept { return first; }
  std::default_sentinel_t end() const noexcept { return {}; }
};

// A message of a checked packet, a view into it. Without type tags (old senders) it has no arguments.
struct Message {
  std::string_view address;          // begins with '/', may be a pattern
  std::string_view tags;             // without the comma
  std::span<const std::byte> data;   // argument data
  std::span<const std::byte> bytes;  // the whole message, itself a packet
  TimeTag time;                      // of its bundle; immediately for a lone message
  std::uint16_t bundle = 0;          // which bundle of the packet, in order of appearance: one atomic group
  bool typed = true;                 // false: sent without a type-tag string

  // Arguments in order, arrays flattened.
  ArgumentRange arguments() const noexcept { return {ArgumentIterator(tags, data, false)}; }
  // The same with '[' and ']' as elements of their own.
  ArgumentRange elements() const noexcept { return {ArgumentIterator(tags, data, true)}; }
  // How many arguments, brackets not counted.
  std::size_t count() const noexcept;
  // A trigger fires on no argument, 1, T or I, and ignores the 0 of a release.
  bool fires() const noexcept;
};

// Any thread. Checks the packet when built, then hands out its messages in order. Keeps a view: the bytes
// must live on.
//
// Time: a bundle's tag holds for its messages. An enclosed "immediately" takes the enclosing tag; an enclosed
// tag earlier than the enclosing one breaks the specification and refuses the packet.
class PacketReader {
 public:
  explicit PacketReader(std::span<const std::byte> packet) noexcept;
  PacketFault fault() const noexcept { return fault_; }
  bool ok() const noexcept { return !fault_; }
  bool is_bundle() const noexcept { return bundle_; }
  // The next message, or false at the end (at once when the packet was refused).
  bool next(Message& message) noexcept;

 private:
  struct Level {
    const std::byte* end;
    std::uint64_t time;
    std::uint16_t bundle;
  };
  void open_bundle(const std::byte* begin, const std::byte* end, TimeTag enclosing) noexcept;

  PacketFault fault_;
  bool bundle_ = false;
  Message single_;  // the message of a packet without bundle, until taken
  const std::byte* position_ = nullptr;
  int depth_ = 0;
  std::uint16_t opened_ = 0;
  std::array<Level, kMaxBundleDepth> levels_;  // left as they are until opened: most packets have no bundle
};

}  // namespace continuo::osc
