// Which slot a note sounds in: free ones first, then the oldest released, then the oldest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/rt/command.h"

namespace continuo::session {

// Control thread. One for each part.
class VoiceAllocator {
 public:
  struct Voice {
    int32_t id = 0;
    uint32_t generation = 0;
    float pitch = 0;
    bool sounding = false, held = false, fading = false;
    bool driven = false;  // played by a source, not by a key
    uint64_t age = 0;
    uint64_t start_frame = 0;
  };
  struct Started {
    uint16_t voice;
    uint32_t generation;
    std::optional<uint16_t> stolen;  // must fade to make room
    uint32_t stolen_generation = 0;
  };

  void set_polyphony(int voices) { polyphony_ = voices; }
  [[nodiscard]] int polyphony() const { return polyphony_; }
  Started start(int32_t id, float pitch, bool driven = false);
  // The held voice of an id; null when there is none.
  [[nodiscard]] Voice* held(int32_t id);
  // The voice of an id that still sounds, held or not (the newest); null when there is none.
  [[nodiscard]] Voice* sounding(int32_t id);
  // Of those that keys play.
  [[nodiscard]] Voice* newest_held();
  [[nodiscard]] uint16_t slot_of(const Voice* voice) const {
    return static_cast<uint16_t>(voice - voices_.data());
  }
  void starts(uint16_t voice, uint64_t frame) { voices_[voice].start_frame = frame; }
  void ended(uint16_t voice, uint32_t generation);
  void release_all();
  [[nodiscard]] int count() const;
  [[nodiscard]] const Voice& at(uint16_t voice) const { return voices_[voice]; }

 private:
  std::array<Voice, rt::kMaxVoices> voices_{};
  int polyphony_ = rt::kMaxPolyphony;
  uint64_t clock_ = 0;
  uint32_t generations_ = 0;
};

}  // namespace continuo::session
