// MIDI bytes to events: velocity 0, bend ranges, MPE zones.
#pragma once

#include <array>
#include <optional>

#include "engine/midi/message.h"

namespace continuo::midi {

// One an input. Bend range: 2 semitones, RPN 0 changes it (coarse semitones, fine cents). MPE (MMA RP-053,
// 2018): RPN 6 on channel 1 or 16 makes a zone with so many member channels, their range 48 until RPN 0 says
// otherwise (which then holds for all members).
class Parser {
 public:
  // Any one thread. Nothing for what is malformed, or says nothing by itself (RPN selection, active sensing).
  std::optional<Event> parse(const RawMessage& message);
  // Control thread: bend range in semitones of a channel 0..15.
  [[nodiscard]] float bend_range(int channel) const;
  // Member channels of the lower (first channel 1) and the upper (first channel 16) zone.
  [[nodiscard]] int lower_members() const { return lower_; }
  [[nodiscard]] int upper_members() const { return upper_; }

 private:
  static constexpr int kNoParameter = 0x7f7f;
  struct Channel {
    int parameter = kNoParameter;  // the RPN that data entry goes to: MSB << 8 | LSB
    uint8_t range_semitones = 2, range_cents = 0;
  };
  void data_entry(int channel, bool fine, uint8_t value);
  void make_zone(int channel, int members);
  void classify(Event& event) const;

  std::array<Channel, 16> channels_{};
  int lower_ = 0, upper_ = 0;
};

}  // namespace continuo::midi
