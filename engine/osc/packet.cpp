// Checks and reads OSC packets.
#include "engine/osc/packet.h"

#include <cstring>

#include "engine/osc/big_endian.h"
#include "engine/osc/type_tags.h"

namespace continuo::osc {
namespace {

constexpr std::byte kZero{0};

struct Checker {
  const std::byte* packet;
  PacketFault fault;

  bool refuse(PacketError error, const std::byte* at) noexcept {
    fault = {error, static_cast<std::uint32_t>(at - packet)};
    return false;
  }

  // A padded text from p; moves p behind it.
  bool text(const std::byte*& p, const std::byte* end, std::string_view& out) noexcept {
    const auto* nul = static_cast<const std::byte*>(std::memchr(p, 0, static_cast<std::size_t>(end - p)));
    if (nul == nullptr) return refuse(PacketError::text_unterminated, p);
    const auto length = static_cast<std::size_t>(nul - p);
    out = {reinterpret_cast<const char*>(p), length};
    const std::byte* next = p + padded_text(length);  // within end: the size is a multiple of four
    for (const std::byte* pad = nul; pad != next; ++pad) {
      if (*pad != kZero) return refuse(PacketError::padding_not_zero, pad);
    }
    p = next;
    return true;
  }

  bool blob(const std::byte*& p, const std::byte* end) noexcept {
    const std::uint32_t size = load_u32(p);
    const auto room = static_cast<std::size_t>(end - p) - 4;
    if (size > room) return refuse(PacketError::blob_size_invalid, p);
    const std::byte* next = p + 4 + padded_blob(size);
    for (const std::byte* pad = p + 4 + size; pad != next; ++pad) {
      if (*pad != kZero) return refuse(PacketError::padding_not_zero, pad);
    }
    p = next;
    return true;
  }

  bool arguments(std::string_view tags, const std::byte* p, const std::byte* end) noexcept {
    int depth = 0;
    for (const char& tag : tags) {
      const auto* at = reinterpret_cast<const std::byte*>(&tag);
      if (tag == '[') {
        if (++depth > kMaxArrayDepth) return refuse(PacketError::array_too_deep, at);
        continue;
      }
      if (tag == ']') {
        if (--depth < 0) return refuse(PacketError::array_not_opened, at);
        continue;
      }
      const int bytes = fixed_bytes(tag);
      if (bytes < 0) return refuse(PacketError::unknown_type_tag, at);
      if (end - p < bytes) return refuse(PacketError::argument_truncated, p);
      std::string_view ignored;
      if (tag == 's' || tag == 'S') {
        if (!text(p, end, ignored)) return false;
      } else if (tag == 'b') {
        if (!blob(p, end)) return false;
      } else {
        p += bytes;
      }
    }
    if (depth > 0)
      return refuse(PacketError::array_not_closed, reinterpret_cast<const std::byte*>(tags.data()));
    if (p != end) return refuse(PacketError::bytes_after_arguments, p);
    return true;
  }

  // size is a multiple of four and not 0.
  bool message(const std::byte* begin, const std::byte* end, Message& out) noexcept {
    const std::byte* p = begin;
    if (!text(p, end, out.address)) return false;
    out.bytes = {begin, end};
    out.typed = p != end && *p == std::byte{','};
    if (!out.typed) return true;
    std::string_view tags;
    if (!text(p, end, tags)) return false;
    out.tags = tags.substr(1);
    out.data = {p, end};
    return arguments(out.tags, p, end);
  }

  bool bundle(const std::byte* p, const std::byte* packet_end) noexcept {
    struct Open {
      const std::byte* end;
      TimeTag time;
    };
    std::array<Open, kMaxBundleDepth> open;
    int depth = 0;
    if (!header(p, packet_end, TimeTag::immediately(), open[0].time)) return false;
    open[0].end = packet_end;
    p += 16;
    for (;;) {
      const Open& here = open[static_cast<std::size_t>(depth)];
      if (p == here.end) {
        if (--depth < 0) return true;
        continue;
      }
      // Never fewer than four bytes here: every size is a multiple of four.
      const std::uint32_t size = load_u32(p);
      const auto room = static_cast<std::size_t>(here.end - p) - 4;
      if (size == 0 || size % 4 != 0 || size > room) return refuse(PacketError::element_size_invalid, p);
      p += 4;
      if (*p == std::byte{'/'}) {
        Message ignored;
        if (!message(p, p + size, ignored)) return false;
        p += size;
      } else if (*p == std::byte{'#'}) {
        if (depth + 1 == kMaxBundleDepth) return refuse(PacketError::bundle_too_deep, p);
        Open& inner = open[static_cast<std::size_t>(depth) + 1];
        if (!header(p, p + size, here.time, inner.time)) return false;
        inner.end = p + size;
        ++depth;
        p += 16;
      } else {
        return refuse(PacketError::not_osc, p);
      }
    }
  }

  bool header(const std::byte* p, const std::byte* end, TimeTag enclosing, TimeTag& time) noexcept {
    if (end - p < 16 || std::memcmp(p, "#bundle", 8) != 0)
      return refuse(PacketError::bundle_header_invalid, p);
    time = {load_u64(p + 8)};
    if (time.is_immediate()) {
      time = enclosing;
    } else if (!enclosing.is_immediate() && time < enclosing) {
      return refuse(PacketError::nested_time_earlier, p + 8);
    }
    return true;
  }
};

// A message that has been checked: no test but for where its parts lie.
Message view(const std::byte* begin, const std::byte* end) noexcept {
  Message m;
  m.bytes = {begin, end};
  const auto* p = reinterpret_cast<const char*>(begin);
  m.address = {p};
  const std::byte* rest = begin + padded_text(m.address.size());
  m.typed = rest != end && *rest == std::byte{','};
  if (!m.typed) return m;
  const std::string_view tags{reinterpret_cast<const char*>(rest)};
  m.tags = tags.substr(1);
  m.data = {rest + padded_text(tags.size()), end};
  return m;
}

}  // namespace

const char* text(PacketError error) noexcept {
  switch (error) {
    case PacketError::none:
      return "no fault";
    case PacketError::empty:
      return "the packet is empty";
    case PacketError::too_large:
      return "the packet is larger than 65536 bytes";
    case PacketError::size_not_multiple_of_four:
      return "the packet's size is not a multiple of 4";
    case PacketError::not_osc:
      return "neither an address (which begins with '/') nor a bundle";
    case PacketError::text_unterminated:
      return "a text has no terminating zero";
    case PacketError::padding_not_zero:
      return "padding is not zero";
    case PacketError::unknown_type_tag:
      return "unknown type tag (known are i f s b h t d S c r m T F N I [ ])";
    case PacketError::array_not_closed:
      return "an array is not closed";
    case PacketError::array_not_opened:
      return "an array is closed that was never opened";
    case PacketError::array_too_deep:
      return "arrays nested deeper than 16";
    case PacketError::argument_truncated:
      return "the packet ends within the arguments that its type tags announce";
    case PacketError::blob_size_invalid:
      return "a blob is larger than the rest of its message";
    case PacketError::bytes_after_arguments:
      return "more bytes than the type tags announce";
    case PacketError::bundle_header_invalid:
      return "not a bundle header (#bundle and a time tag)";
    case PacketError::bundle_too_deep:
      return "bundles nested deeper than 16";
    case PacketError::element_size_invalid:
      return "a bundle element's size is 0, not a multiple of 4, or beyond the end";
    case PacketError::nested_time_earlier:
      return "an enclosed bundle's time is earlier than the enclosing one's";
  }
  return "unknown fault";
}

std::string describe(PacketFault fault) {
  return std::string(text(fault.error)) + ", at byte " + std::to_string(fault.byte);
}

PacketReader::PacketReader(std::span<const std::byte> packet) noexcept {
  if (packet.empty()) {
    fault_ = {PacketError::empty, 0};
    return;
  }
  if (packet.size() > kMaxPacketBytes) {
    fault_ = {PacketError::too_large, static_cast<std::uint32_t>(kMaxPacketBytes)};
    return;
  }
  if (packet[0] != std::byte{'/'} && packet[0] != std::byte{'#'}) {
    fault_ = {PacketError::not_osc, 0};
    return;
  }
  if (packet.size() % 4 != 0) {
    fault_ = {PacketError::size_not_multiple_of_four, static_cast<std::uint32_t>(packet.size())};
    return;
  }
  const std::byte* end = packet.data() + packet.size();
  Checker checker{packet.data(), {}};
  if (packet[0] == std::byte{'/'}) {
    if (checker.message(packet.data(), end, single_)) position_ = packet.data();
  } else if (checker.bundle(packet.data(), end)) {
    bundle_ = true;
    open_bundle(packet.data(), end, TimeTag::immediately());
  }
  fault_ = checker.fault;
}

void PacketReader::open_bundle(const std::byte* begin, const std::byte* end, TimeTag enclosing) noexcept {
  TimeTag time{load_u64(begin + 8)};
  if (time.is_immediate()) time = enclosing;
  levels_[static_cast<std::size_t>(depth_)] = {end, time.value, opened_++};
  ++depth_;
  position_ = begin + 16;
}

bool PacketReader::next(Message& message) noexcept {
  if (position_ == nullptr) return false;
  if (!bundle_) {
    message = single_;
    position_ = nullptr;
    return true;
  }
  while (depth_ > 0) {
    const Level& level = levels_[static_cast<std::size_t>(depth_) - 1];
    if (position_ == level.end) {
      --depth_;
      continue;
    }
    const std::byte* element = position_ + 4;
    const std::byte* element_end = element + load_u32(position_);
    if (*element == std::byte{'#'}) {
      open_bundle(element, element_end, TimeTag{level.time});
      continue;
    }
    message = view(element, element_end);
    message.time = TimeTag{level.time};
    message.bundle = level.bundle;
    position_ = element_end;
    return true;
  }
  position_ = nullptr;
  return false;
}

}  // namespace continuo::osc
