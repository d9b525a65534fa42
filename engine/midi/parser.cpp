// MIDI 1.0 channel and system messages.
#include "engine/midi/parser.h"

#include <algorithm>

namespace continuo::midi {
namespace {

constexpr int kRpnBendRange = 0, kRpnMpeZone = 6;
constexpr int kMpeBendRange = 48;

constexpr uint8_t kDataEntry = 6, kDataEntryFine = 38, kNrpnLow = 98, kNrpnHigh = 99, kRpnLow = 100,
                  kRpnHigh = 101;
constexpr uint8_t kAllSoundOffControl = 120, kAllNotesOffControl = 123;

int data_bytes(uint8_t status) {
  switch (status & 0xf0) {
    case 0xc0:
    case 0xd0:
      return 1;
    case 0xf0:
      return status == 0xf2 ? 2 : status == 0xf1 || status == 0xf3 ? 1 : 0;
    default:
      return 2;
  }
}

std::optional<Kind> system_kind(uint8_t status) {
  switch (status) {
    case 0xf2:
      return Kind::kSongPosition;
    case 0xf8:
      return Kind::kClock;
    case 0xfa:
      return Kind::kStart;
    case 0xfb:
      return Kind::kContinue;
    case 0xfc:
      return Kind::kStop;
    default:
      return std::nullopt;
  }
}

}  // namespace

float Parser::bend_range(int channel) const {
  const Channel& c = channels_[static_cast<size_t>(channel)];
  return static_cast<float>(c.range_semitones) + static_cast<float>(c.range_cents) / 100.0f;
}

// A zone takes its channels from the other one where both want them (RP-053, 2.2.1).
void Parser::make_zone(int channel, int members) {
  members = std::min(members, 15);
  if (channel == 0) {
    lower_ = members;
    upper_ = std::min(upper_, std::max(0, 14 - lower_));
    for (int c = 1; c <= lower_; ++c) channels_[static_cast<size_t>(c)].range_semitones = kMpeBendRange;
  } else if (channel == 15) {
    upper_ = members;
    lower_ = std::min(lower_, std::max(0, 14 - upper_));
    for (int c = 14; c >= 15 - upper_; --c) channels_[static_cast<size_t>(c)].range_semitones = kMpeBendRange;
  }
}

void Parser::data_entry(int channel, bool fine, uint8_t value) {
  const int parameter = channels_[static_cast<size_t>(channel)].parameter;
  if (parameter == kRpnMpeZone && !fine) return make_zone(channel, value);
  if (parameter != kRpnBendRange) return;
  Event event;
  event.channel = static_cast<uint8_t>(channel);
  classify(event);
  for (int c = 0; c < 16; ++c) {
    Event other;
    other.channel = static_cast<uint8_t>(c);
    classify(other);
    const bool same_zone = event.member && other.member && other.master == event.master;
    if (c != channel && !same_zone) continue;
    Channel& changed = channels_[static_cast<size_t>(c)];
    (fine ? changed.range_cents : changed.range_semitones) = value;
    if (!fine) changed.range_cents = 0;
  }
}

void Parser::classify(Event& event) const {
  event.master = event.channel;
  if (lower_ > 0 && event.channel >= 1 && event.channel <= lower_) {
    event.member = true;
    event.master = 0;
  } else if (upper_ > 0 && event.channel <= 14 && event.channel >= 15 - upper_) {
    event.member = true;
    event.master = 15;
  }
}

std::optional<Event> Parser::parse(const RawMessage& message) {
  if (message.size == 0 || message.size > 3) return std::nullopt;
  const uint8_t status = message.bytes[0];
  if (status < 0x80 || message.size < 1 + data_bytes(status)) return std::nullopt;
  const uint8_t first = message.size > 1 ? message.bytes[1] : 0,
                second = message.size > 2 ? message.bytes[2] : 0;
  if (first > 127 || second > 127) return std::nullopt;
  Event event;
  event.input = message.input;
  event.time_ns = message.time_ns;
  if (status >= 0xf0) {
    const auto kind = system_kind(status);
    if (!kind) return std::nullopt;
    event.kind = *kind;
    if (*kind == Kind::kSongPosition) event.value = static_cast<float>(first | second << 7);
    return event;
  }
  event.channel = status & 0x0f;
  classify(event);
  Channel& channel = channels_[event.channel];
  switch (status & 0xf0) {
    case 0x80:
      event.kind = Kind::kNoteOff;
      event.key = first;
      event.value = second;
      break;
    case 0x90:
      event.kind = second == 0 ? Kind::kNoteOff : Kind::kNoteOn;
      event.key = first;
      event.value = second == 0 ? 64 : second;
      break;
    case 0xa0:
      event.kind = Kind::kPolyPressure;
      event.key = first;
      event.value = second;
      break;
    case 0xc0:
      event.kind = Kind::kProgram;
      event.value = first;
      break;
    case 0xd0:
      event.kind = Kind::kPressure;
      event.value = first;
      break;
    case 0xe0: {
      // 8192 steps down, 8191 up: both ends reach the full range.
      const int bend = (first | second << 7) - 8192;
      event.kind = Kind::kBend;
      event.value = bend_range(event.channel) * static_cast<float>(bend) / (bend < 0 ? 8192.0f : 8191.0f);
      break;
    }
    default:
      switch (first) {
        case kRpnHigh:
          channel.parameter = (channel.parameter & 0xff) | second << 8;
          return std::nullopt;
        case kRpnLow:
          channel.parameter = (channel.parameter & 0xff00) | second;
          return std::nullopt;
        case kNrpnHigh:
        case kNrpnLow:
          channel.parameter = kNoParameter;
          return std::nullopt;
        case kDataEntry:
          data_entry(event.channel, false, second);
          return std::nullopt;
        case kDataEntryFine:
          data_entry(event.channel, true, second);
          return std::nullopt;
        default:
          break;
      }
      event.kind = first == kAllSoundOffControl   ? Kind::kAllSoundOff
                   : first >= kAllNotesOffControl ? Kind::kAllNotesOff
                                                  : Kind::kControl;
      event.controller = first;
      event.value = second;
  }
  return event;
}

}  // namespace continuo::midi
