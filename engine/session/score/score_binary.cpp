// scsynth's binary form (SC_World.cpp, NextOSCPacket): int32 length, packet, repeated.
#include <algorithm>

#include "engine/osc/packet.h"
#include "engine/session/score/score_forms.h"

namespace continuo::session {
namespace {

uint32_t big_endian(const std::byte* bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | std::to_integer<uint32_t>(bytes[i]);
  return value;
}

}  // namespace

Score parse_binary_score(std::span<const std::byte> content) {
  Score score;
  uint32_t groups = 0;
  double last = 0;
  size_t entry = 0;
  for (size_t at = 0; at < content.size();) {
    ++entry;
    const auto fail = [&](const std::string& what) {
      throw ScoreError("entry " + std::to_string(entry) + ", at byte " + std::to_string(at) + ": " + what);
    };
    if (content.size() - at < 4) fail("expected a length of 4 bytes, the file ends");
    const uint32_t length = big_endian(content.data() + at);
    at += 4;
    if (length > content.size() - at) {
      fail("a packet of " + std::to_string(length) + " bytes, the file has " +
           std::to_string(content.size() - at) + " more");
    }
    osc::PacketReader reader(content.subspan(at, length));
    if (!reader.ok()) fail(osc::describe(reader.fault()));
    if (!reader.is_bundle()) fail("expected a bundle");
    // The entry's own time counts where it is empty: it then marks the end.
    const auto own =
        osc::TimeTag::from_parts(big_endian(content.data() + at + 8), big_endian(content.data() + at + 12));
    last = std::max(last, static_cast<double>(own.value) / 4294967296.0);
    osc::Message message;
    uint32_t highest = 0;
    while (reader.next(message)) {
      ScoreEvent event;
      event.time.in_frames = false;
      event.time.seconds = static_cast<double>(message.time.value) / 4294967296.0;
      if (event.time.seconds > static_cast<double>(kMaxScoreSeconds)) {
        fail("later than a week: the times of a binary score count from 0");
      }
      last = std::max(last, event.time.seconds);
      event.group = groups + message.bundle;
      highest = std::max<uint32_t>(highest, message.bundle + 1u);
      event.packet.assign(message.bytes.begin(), message.bytes.end());
      score.events.push_back(std::move(event));
    }
    groups += highest;
    at += length;
  }
  if (last > static_cast<double>(kMaxScoreSeconds))
    throw ScoreError("later than a week: the times of a binary score count from 0");
  score.end = ScoreTime{false, 0, last};
  return score;
}

}  // namespace continuo::session
