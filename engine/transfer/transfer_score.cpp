// A performance as a score.
#include "engine/transfer/transfer_score.h"

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

// The way to the next moment takes until then, so that the curve is met.
std::vector<std::byte> stream(const Moment& m, double seconds) {
  std::array<std::byte, 64> buffer;
  osc::MessageWriter writer(buffer, "/part/1/stream", "fff");
  writer.add(m.sounds ? 440 * std::exp2((m.midi - 69) / 12) : 0.f).add(m.db).add(static_cast<float>(seconds));
  const auto bytes = writer.bytes();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

session::Score transfer_score(const Performance& performance, const std::string& model, uint32_t rate,
                              double seconds, std::span<const std::string> messages) {
  session::Score score;
  score.rate = rate;
  const auto add = [&](double at, std::vector<std::byte> packet) {
    session::ScoreEvent event;
    event.time.frame = static_cast<uint64_t>(std::llround(at * rate));
    event.group = static_cast<uint32_t>(score.events.size());
    event.packet = std::move(packet);
    score.events.push_back(std::move(event));
  };
  add(0, parsed("/part/new \"ddsp\" \"transfer\" \"" + model + "\""));
  for (const std::string& message : messages) add(0, parsed(message));
  const double step = 1 / performance.frame_rate_hz;
  const auto& moments = performance.moments;
  for (size_t j = 0; j < moments.size(); ++j) {
    const bool before = j > 0 && moments[j - 1].sounds;
    const double at = static_cast<double>(j) * step;
    if (!moments[j].sounds) {
      if (before) add(at, stream(moments[j], 0));
      continue;
    }
    if (!before) add(at, stream(moments[j], 0));
    if (j + 1 < moments.size() && moments[j + 1].sounds) add(at, stream(moments[j + 1], step));
  }
  score.end = session::ScoreTime{true, static_cast<uint64_t>(std::llround(seconds * rate)), 0};
  return score;
}

}  // namespace continuo::transfer
