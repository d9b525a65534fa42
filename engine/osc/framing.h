// OSC packets out of a byte stream: int32 length prefix (OSC 1.0) or SLIP (OSC 1.1, RFC 1055), told apart by
// the first byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/osc/packet.h"

namespace continuo::osc {

enum class Framing : std::uint8_t { unknown, length_prefix, slip };

// Control thread. Takes a stream in pieces of any size:
//   while (auto frame = reader.next(input)) handle(*frame);   // input shrinks; the frame lives until the
//   next call
// Frames are at most kMaxPacketBytes. A length that cannot be true ends the stream (fault()); a SLIP frame
// that is too long or wrongly escaped is dropped and counted, the next END begins anew.
//
// Telling apart: a length of at most 64 KiB begins with the byte 0; a SLIP stream begins with END, or, where
// the sender sends END only behind a frame, with the '/' or '#' of the packet. So a stream of double ENDs
// that starts with a bundle is read too (liblo takes its C0 '#' for a length).
class FrameReader {
 public:
  FrameReader();
  std::optional<std::span<const std::byte>> next(std::span<const std::byte>& input);
  Framing framing() const noexcept { return framing_; }
  // Why the stream cannot go on, or nullptr.
  const char* fault() const noexcept { return fault_; }
  // A frame has begun and is not complete.
  bool midway() const noexcept { return filled_ > 0 || header_filled_ > 0 || escaped_ || discarding_; }
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  std::optional<std::span<const std::byte>> next_prefixed(std::span<const std::byte>& input);
  std::optional<std::span<const std::byte>> next_slip(std::span<const std::byte>& input);

  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0;
  std::byte header_[4]{};
  std::size_t header_filled_ = 0;
  std::size_t length_ = 0;
  bool escaped_ = false;
  bool discarding_ = false;
  Framing framing_ = Framing::unknown;
  const char* fault_ = nullptr;
  std::uint64_t dropped_ = 0;
};

// Appends a packet as a frame (unknown: length prefix). SLIP frames have END on both sides.
void append_frame(Framing framing, std::span<const std::byte> packet, std::vector<std::byte>& out);

}  // namespace continuo::osc
