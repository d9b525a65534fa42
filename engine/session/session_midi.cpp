// The session: MIDI inputs play parts by the messages that OSC would use, so that scores and feedback see
// them, too.
#include <algorithm>
#include <cmath>

#include "engine/session/session.h"

namespace continuo::session {
namespace {

constexpr float kWheelCents = 100;    // CC 1 at its top
constexpr int32_t kMemberIds = 1024;  // MPE notes: their channel tells equal keys apart

// General MIDI's law for expression: 40 log10 (v / 127).
float loudness_db(float value) {
  return value <= 0 ? -60.f : std::max(-60.f, 40 * std::log10(value / 127));
}

}  // namespace

int Session::part_of_channel(uint8_t channel) const {
  if (parts_[channel]) return channel;
  for (int slot = 0; slot < kParts; ++slot) {
    if (parts_[static_cast<size_t>(slot)]) return slot;
  }
  return -1;
}

template <typename... Arguments>
void Session::play_midi(int slot, std::string_view name, const Arguments&... arguments) {
  std::array<std::byte, 256> buffer;
  std::array<char, 64> address;
  const int length = std::snprintf(address.data(), address.size(), "/part/%d/%.*s", slot + 1,
                                   static_cast<int>(name.size()), name.data());
  const char tags[] = {(std::is_same_v<Arguments, float> ? 'f' : 'i')..., '\0'};
  osc::MessageWriter writer(buffer, {address.data(), static_cast<size_t>(length)}, tags);
  (writer.add(arguments), ...);
  Endpoint from;
  from.transport = osc::Transport::internal;
  handle_packet(writer.bytes(), from);
}

void Session::handle_midi(std::span<const uint8_t> message, uint16_t input) {
  midi::RawMessage raw;
  if (message.empty() || message.size() > sizeof raw.bytes) return;
  raw.input = input;
  raw.size = static_cast<uint8_t>(message.size());
  std::copy(message.begin(), message.end(), raw.bytes);
  if (const auto event = midi_parsers_[input].parse(raw)) handle_event(*event);
}

void Session::handle_event(const midi::Event& event) {
  const int slot = part_of_channel(event.member ? event.master : event.channel);
  if (slot < 0) return;
  const int32_t base = event.member ? kMemberIds * (1 + event.channel) : 0;
  const int32_t id = base + event.key;
  const int32_t channel_id = base + midi_key_[event.channel];
  const auto key = static_cast<float>(event.key);
  switch (event.kind) {
    using enum midi::Kind;
    case kNoteOn:
      midi_key_[event.channel] = event.key;
      play_midi(slot, "note", key, event.value, id);
      break;
    case kNoteOff:
      play_midi(slot, "note", key, 0.f, id);
      break;
    case kBend:
      if (event.member) {
        play_midi(slot, "note/bend", channel_id, std::clamp(event.value, -48.f, 48.f));
      } else {
        play_midi(slot, "bend", std::clamp(event.value, -48.f, 48.f));
      }
      break;
    case kPressure:
      if (event.member) {
        play_midi(slot, "note/pressure", channel_id, event.value / 127);
      } else {
        for (const int32_t held : notes_.held(slot))
          play_midi(slot, "note/pressure", held, event.value / 127);
      }
      break;
    case kPolyPressure:
      play_midi(slot, "note/pressure", id, event.value / 127);
      break;
    case kControl:
      if (event.controller == 1) play_midi(slot, "vibrato/depth", kWheelCents * event.value / 127);
      if (event.controller == 11) play_midi(slot, "loudness", loudness_db(event.value));
      if (event.controller == 64) play_midi(slot, "pedal", event.value >= 64 ? 1.f : 0.f);
      if (event.controller == 74 && event.member)
        play_midi(slot, "note/timbre", channel_id, event.value / 127);
      break;
    case kAllSoundOff:
      play_midi(slot, "silence");
      break;
    case kAllNotesOff:
      play_midi(slot, "note/off");
      break;
    default:
      break;
  }
}

}  // namespace continuo::session
