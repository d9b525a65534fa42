// A performance as a score.
#include "engine/transfer/transfer_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "engine/osc/format.h"
#include "engine/osc/packet_writer.h"

namespace continuo::transfer {
namespace {

std::vector<std::byte> parsed(const std::string& text) {
  const osc::ParsedMessage message = osc::parse_message(text);
  if (message.packet.empty()) throw std::runtime_error("\"" + text + "\": " + message.fault);
  return {message.packet.begin(), message.packet.end()};
}

std::vector<std::byte> stream(float hz, float db) {
  std::array<std::byte, 64> buffer;
  osc::MessageWriter writer(buffer, "/part/1/stream", "fff");
  writer.add(hz).add(db).add(0.f);
  const auto bytes = writer.bytes();
  return {bytes.begin(), bytes.end()};
}

// From one technique to another in a moment that no one hears as a step; -1: from what there was.
std::vector<std::string> change(const TechniqueNames& names, int from, int to) {
  const auto by = [&](int entry, const char* amount) {
    return "/part/1/" + names.space + "/by/" + names.entries[static_cast<size_t>(entry)] + amount;
  };
  std::vector<std::string> out{by(to, " 1.0 0.05")};
  if (from >= 0) out.insert(out.begin(), by(from, " 0.0 0.05"));
  return out;
}

float hz_of(const Moment& m) {
  return 440 * std::exp2((m.midi - 69) / 12);
}

// A model frame is computed more than one hop ahead, so what it is to play comes two hops before it. A voice
// begins with as many silent frames.
constexpr int kAhead = 2, kLeadIn = 2;
constexpr float kSilentDb = -120;
constexpr double kVoiceSeconds = 0.4;  // of silence, after which a voice may have been released

}  // namespace

session::Score transfer_score(const Performance& performance, const std::string& model, uint32_t rate,
                              double seconds, std::span<const std::string> messages,
                              const TechniqueNames& names) {
  session::Score score;
  score.rate = rate;
  const auto add = [&](uint64_t frame, std::vector<std::byte> packet) {
    session::ScoreEvent event;
    event.time.frame = frame;
    event.group = static_cast<uint32_t>(score.events.size());
    event.packet = std::move(packet);
    score.events.push_back(std::move(event));
  };
  add(0, parsed("/part/new \"ddsp\" \"transfer\" \"" + model + "\""));
  for (const std::string& message : messages) add(0, parsed(message));
  const auto& moments = performance.moments;
  const double hop = rate / performance.frame_rate_hz;
  const auto long_gap = static_cast<size_t>(kVoiceSeconds * performance.frame_rate_hz);
  int technique = -1;
  size_t silent = long_gap;  // moments since the last sound
  for (size_t j = 0; j < moments.size(); ++j) {
    const auto before = [&](int hops) {
      const double frame = rate / 10 + (static_cast<double>(j) - hops) * hop;
      return static_cast<uint64_t>(std::llround(std::max(0.0, frame)));
    };
    const Moment& m = moments[j];
    if (m.sounds && m.technique >= 0 && m.technique != technique) {
      for (const std::string& text : change(names, technique, m.technique)) add(before(kAhead), parsed(text));
      technique = m.technique;
    }
    if (m.sounds) {
      if (silent >= long_gap) add(before(kAhead + kLeadIn), stream(hz_of(m), kSilentDb));
      add(before(kAhead), stream(hz_of(m), m.db));
      silent = 0;
    } else if (silent++ == 0) {
      add(before(kAhead), stream(0, m.db));
    }
  }
  score.end =
      session::ScoreTime{true, ahead_frames(rate) + static_cast<uint64_t>(std::llround(seconds * rate)), 0};
  return score;
}

}  // namespace continuo::transfer
