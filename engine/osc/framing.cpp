// Frames of OSC over TCP.
#include "engine/osc/framing.h"

#include <algorithm>
#include <cstring>

#include "engine/osc/big_endian.h"

namespace continuo::osc {
namespace {

// RFC 1055.
constexpr std::byte kEnd{0xC0}, kEscape{0xDB}, kEscapedEnd{0xDC}, kEscapedEscape{0xDD};

}  // namespace

FrameReader::FrameReader() {
  buffer_.reserve(1024);
}

std::optional<std::span<const std::byte>> FrameReader::next(std::span<const std::byte>& input) {
  if (fault_ != nullptr) input = {};
  if (input.empty()) return std::nullopt;
  if (framing_ == Framing::unknown) {
    const std::byte first = input.front();
    if (first == std::byte{0}) {
      framing_ = Framing::length_prefix;
    } else if (first == kEnd || first == std::byte{'/'} || first == std::byte{'#'}) {
      framing_ = Framing::slip;
    } else {
      fault_ = "the stream is not OSC (neither a length of at most 65536 nor SLIP)";
      input = {};
      return std::nullopt;
    }
  }
  return framing_ == Framing::slip ? next_slip(input) : next_prefixed(input);
}

std::optional<std::span<const std::byte>> FrameReader::next_prefixed(std::span<const std::byte>& input) {
  while (!input.empty()) {
    if (header_filled_ < 4) {
      header_[header_filled_++] = input.front();
      input = input.subspan(1);
      if (header_filled_ < 4) continue;
      length_ = load_u32(header_);
      filled_ = 0;
      if (length_ == 0) header_filled_ = 0;
      if (length_ > kMaxPacketBytes) {
        fault_ = "a frame's length is above 65536";
        input = {};
        return std::nullopt;
      }
      continue;
    }
    // A frame that lies whole in the input is handed out in place.
    if (filled_ == 0 && input.size() >= length_) {
      const auto frame = input.first(length_);
      input = input.subspan(length_);
      header_filled_ = 0;
      return frame;
    }
    const std::size_t take = std::min(length_ - filled_, input.size());
    if (buffer_.size() < filled_ + take)
      buffer_.resize(filled_ + take);  // grows with what came, not with the claim
    std::memcpy(buffer_.data() + filled_, input.data(), take);
    filled_ += take;
    input = input.subspan(take);
    if (filled_ == length_) {
      filled_ = 0;
      header_filled_ = 0;
      return std::span<const std::byte>(buffer_.data(), length_);
    }
  }
  return std::nullopt;
}

std::optional<std::span<const std::byte>> FrameReader::next_slip(std::span<const std::byte>& input) {
  std::size_t i = 0;
  while (i < input.size()) {
    std::byte byte = input[i++];
    if (byte == kEnd) {
      const bool good = !discarding_ && !escaped_;
      const std::size_t size = filled_;
      filled_ = 0;
      discarding_ = escaped_ = false;
      if (!good) ++dropped_;
      if (!good || size == 0) continue;
      input = input.subspan(i);
      return std::span<const std::byte>(buffer_.data(), size);
    }
    if (discarding_) continue;
    if (escaped_) {
      escaped_ = false;
      if (byte == kEscapedEnd) {
        byte = kEnd;
      } else if (byte == kEscapedEscape) {
        byte = kEscape;
      } else {
        discarding_ = true;
        continue;
      }
    } else if (byte == kEscape) {
      escaped_ = true;
      continue;
    }
    if (filled_ == kMaxPacketBytes) {
      discarding_ = true;
      continue;
    }
    if (filled_ == buffer_.size()) buffer_.resize(std::max<std::size_t>(256, buffer_.size() * 2));
    buffer_[filled_++] = byte;
  }
  input = {};
  return std::nullopt;
}

void append_frame(Framing framing, std::span<const std::byte> packet, std::vector<std::byte>& out) {
  if (framing != Framing::slip) {
    const std::size_t at = out.size();
    out.resize(at + 4);
    store_u32(out.data() + at, static_cast<std::uint32_t>(packet.size()));
    out.insert(out.end(), packet.begin(), packet.end());
    return;
  }
  out.push_back(kEnd);
  for (const std::byte byte : packet) {
    if (byte == kEnd || byte == kEscape) {
      out.push_back(kEscape);
      out.push_back(byte == kEnd ? kEscapedEnd : kEscapedEscape);
    } else {
      out.push_back(byte);
    }
  }
  out.push_back(kEnd);
}

}  // namespace continuo::osc
