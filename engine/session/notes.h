// Notes of the parts on their way to the stage: the pedal, and the continuous voice of "gate".
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "engine/session/stage.h"

namespace continuo::session {

// Control thread. Within an open group of the stage.
class Notes {
 public:
  explicit Notes(Stage& stage) : stage_(stage) {}

  // No message's ids: the continuous voice, the one that sings by itself, those that a stream and live
  // input play.
  static constexpr int32_t kGateId = INT32_MIN, kSongId = INT32_MIN + 1, kStreamId = INT32_MIN + 2,
                           kInputId = INT32_MIN + 3;

  void on(int part, int32_t id, float pitch, float velocity);  // MIDI number, 0..1; 0 ends it
  void off(int part, int32_t id);
  void all_off(int part);
  // The ids whose notes are down.
  [[nodiscard]] std::vector<int32_t> held(int part) const {
    return {parts_[part].down.begin(), parts_[part].down.end()};
  }
  [[nodiscard]] bool down(int part, int32_t id) const { return parts_[part].down.contains(id); }
  void pedal(int part, bool down);
  [[nodiscard]] bool pedal(int part) const { return parts_[part].pedal; }
  // The continuous voice; it starts at the newest gate_pitch. On while it is on does nothing.
  void gate(int part, bool on);
  void gate_pitch(int part, float pitch, float seconds);
  // The voice that sings by itself; while it does and `follow` is on, it sings the notes that are played.
  void sing(int part, bool on);
  void follow(int part, bool on);
  // The voice that a stream plays; the first frame starts it. Below 0: no pitch.
  void stream(int part, float pitch, float db, float seconds);
  // The voice that live input plays. On while it is on does nothing.
  void listen(int part, bool on);
  // The part is gone, or its sound was ended: nothing is held any more.
  void forget(int part) {
    parts_[part].sustained.clear();
    parts_[part].down.clear();
    parts_[part].pedal = parts_[part].gate = parts_[part].sings = false;
    parts_[part].sung.clear();
  }

 private:
  static constexpr float kGateVelocity = 100.f / 127;
  struct Held {
    bool pedal = false, gate = false, sings = false, follow = true;
    struct Key {
      int32_t id;
      float pitch;
    };
    std::vector<Key> sung;  // keys that the song follows, the newest last
    float gate_pitch = 60;
    std::set<int32_t> down;       // keys that are held
    std::set<int32_t> sustained;  // ended, but for the pedal
  };
  Stage& stage_;
  std::array<Held, rt::kMaxParts> parts_;
};

}  // namespace continuo::session
