// The parameters that shape a note's pitch and level, read alike by both halves of an instrument.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include "engine/rt/command.h"
#include "engine/rt/ramped.h"
#include "osc_schema/tables.h"

namespace continuo {

// One part's parameters as values over frames. Kind is a schema namespace's parameter count.
template <size_t kCount>
class Controls {
 public:
  explicit Controls(std::span<const schema::ParameterSpec> specs) noexcept {
    for (size_t i = 0; i < kCount && i < specs.size(); ++i)
      values_[i].set(static_cast<float>(specs[i].default_value));
  }
  // Audio or worker thread.
  void handle(const rt::Command& command) noexcept {
    if (command.index < kCount) values_[command.index].go(command.value, command.frame, command.ramp_frames);
  }
  [[nodiscard]] float at(size_t parameter, uint64_t frame) const noexcept {
    return values_[parameter].at(frame);
  }
  [[nodiscard]] float target(size_t parameter) const noexcept { return values_[parameter].target(); }
  [[nodiscard]] bool moving(size_t parameter, uint64_t frame) const noexcept {
    return values_[parameter].moving(frame);
  }

 private:
  std::array<rt::Ramped, kCount> values_;
};

// A note's pitch in time: glide, bend, transposition and vibrato.
class NotePitch {
 public:
  void start(const rt::Note& note, uint64_t frame) noexcept {
    start_ = anchor_ = frame;
    vibrato_phase_ = vibrato_hz_ = 0;
    bend_.set(0);
    pitch_.set(note.glide_frames > 0 ? note.glide_from : note.pitch);
    pitch_.go(note.pitch, frame, note.glide_frames);
  }
  void go(float pitch, uint64_t frame, uint32_t frames) noexcept { pitch_.go(pitch, frame, frames); }
  void bend(float semitones, uint64_t frame, uint32_t frames) noexcept { bend_.go(semitones, frame, frames); }

  // MIDI number at `frame`, before the part's transposition and bend.
  [[nodiscard]] float note(uint64_t frame) const noexcept { return pitch_.at(frame) + bend_.at(frame); }
  // From `frame` on the vibrato runs at `hz`; its phase is continuous.
  void set_vibrato(uint64_t frame, float hz, double rate) noexcept {
    vibrato_phase_ = phase_at(frame, rate);
    anchor_ = frame, vibrato_hz_ = hz;
  }
  // -1..1 at `frame`, faded in over 0.3 s after `delay_seconds`.
  [[nodiscard]] float vibrato(uint64_t frame, float delay_seconds, double rate) const noexcept {
    const double since = static_cast<double>(frame - start_) - delay_seconds * rate;
    if (since <= 0) return 0;
    return static_cast<float>(std::fmin(1.0, since / (0.3 * rate)) *
                              std::sin(2 * M_PI * phase_at(frame, rate)));
  }
  // Where it goes, without bend.
  [[nodiscard]] float target() const noexcept { return pitch_.target(); }
  [[nodiscard]] uint64_t start_frame() const noexcept { return start_; }

 private:
  [[nodiscard]] double phase_at(uint64_t frame, double rate) const noexcept {
    const double phase = vibrato_phase_ + vibrato_hz_ * (static_cast<double>(frame - anchor_) / rate);
    return phase - std::floor(phase);
  }

  rt::Ramped pitch_, bend_;
  uint64_t start_ = 0, anchor_ = 0;
  double vibrato_phase_ = 0;  // turns, at anchor_
  float vibrato_hz_ = 0;
};

// Attack, decay, sustain, release as a function of the frame, so that both halves and every block size agree.
// The times are latched when the note starts (and, for the release, when it ends).
class NoteEnvelope {
 public:
  struct Times {
    float attack = 0.005f, decay = 0.1f, sustain = 1, release = 0.15f;  // seconds; sustain is a gain
  };
  void start(uint64_t frame, const Times& times, double rate) noexcept {
    start_ = frame, release_ = UINT64_MAX, times_ = times, rate_ = rate;
  }
  void release(uint64_t frame, float seconds) noexcept {
    if (released()) return;
    release_gain_ = gain(frame);
    release_ = frame;
    times_.release = std::max(0.002f, seconds);
  }
  [[nodiscard]] bool released() const noexcept { return release_ != UINT64_MAX; }
  [[nodiscard]] uint64_t release_frame() const noexcept { return release_; }
  [[nodiscard]] bool ended(uint64_t frame) const noexcept {
    return released() && frame >= release_ && static_cast<double>(frame - release_) >= times_.release * rate_;
  }
  // 0..1: linear attack, exponential decay and release; the release ends at exactly 0.
  [[nodiscard]] float gain(uint64_t frame) const noexcept {
    if (frame < release_) return held_gain(frame);
    constexpr float kFloor = 0.001f;  // -60 dB, then pulled to 0
    const auto t = static_cast<float>(static_cast<double>(frame - release_) / rate_) / times_.release;
    return t >= 1 ? 0 : release_gain_ * (std::pow(kFloor, t) - kFloor) / (1 - kFloor);
  }

 private:
  [[nodiscard]] float held_gain(uint64_t frame) const noexcept {
    if (frame <= start_) return times_.attack > 0 ? 0.f : 1.f;
    const auto t = static_cast<float>(static_cast<double>(frame - start_) / rate_);
    if (t < times_.attack) return t / times_.attack;
    const float since = t - times_.attack;
    return times_.sustain + (1 - times_.sustain) * std::exp(-4.6f * since / std::max(0.001f, times_.decay));
  }

  uint64_t start_ = 0, release_ = UINT64_MAX;
  Times times_;
  float release_gain_ = 0;
  double rate_ = 48000;
};

// A straight line within a tick.
struct TickLine {
  float from = 0, slope = 0;
  uint64_t frame = 0;
  void set(float a, float b, uint64_t first, uint32_t frames) noexcept {
    from = a, slope = (b - a) / static_cast<float>(frames), frame = first;
  }
  [[nodiscard]] float at(uint64_t f) const noexcept { return from + slope * static_cast<float>(f - frame); }
  [[nodiscard]] bool still() const noexcept { return slope == 0; }
};

inline float midi_to_hz(float midi) noexcept {
  return 440.f * std::exp2((midi - 69.f) / 12.f);
}
inline float db_to_gain(float db) noexcept {
  return std::exp2(db * 0.166096404744f);
}

}  // namespace continuo
