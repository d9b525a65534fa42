// Any bytes as a TCP stream, whole and in slices: the frames are the same, none too long.
#include <vector>

#include "engine/osc/framing.h"
#include "tests/fuzz/check.h"

using namespace continuo::osc;

namespace {

using Frames = std::vector<std::vector<std::byte>>;

Frames read(std::span<const std::byte> stream, std::size_t piece) {
  FrameReader reader;
  Frames out;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    const auto part = stream.subspan(at, std::min(piece, stream.size() - at));
    const std::vector<std::byte> own(part.begin(), part.end());
    std::span<const std::byte> input = own;
    while (const auto frame = reader.next(input)) {
      FUZZ_CHECK(!frame->empty() && frame->size() <= kMaxPacketBytes);
      out.emplace_back(frame->begin(), frame->end());
    }
    FUZZ_CHECK(input.empty());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto stream = std::as_bytes(std::span(data + 1, size - 1));
  const Frames whole = read(stream, stream.size() + 1);
  FUZZ_CHECK(read(stream, 1) == whole);
  FUZZ_CHECK(read(stream, data[0] % 31u + 1) == whole);
  for (const Framing framing : {Framing::length_prefix, Framing::slip}) {
    std::vector<std::byte> again;
    for (const auto& frame : whole) {
      // A SLIP stream is told by its first byte, a prefixed one by the length: any frame survives either.
      append_frame(framing, frame, again);
    }
    FUZZ_CHECK(read(again, 7) == whole);
  }
  return 0;
}
