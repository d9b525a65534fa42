// How a key's note moves: velocity and pitch to power and cents over time, from the model's stored shapes.
#pragma once
#include "models/ddsp/inference/config.h"

namespace continuo::ddsp {

// The shape of one note. Plain data that refers to the NoteShapes it came from, which must outlive it. Frames
// are model frames (hops) since the event, fractions allowed; values between frames are linear. Any thread.
class NoteShape {
 public:
  // The power that this velocity holds, dB.
  float sustained_db() const noexcept { return sustained_db_; }
  // Power, dB, `frames` after the note-on while the key is held: onset, then the sustained power with its
  // drift (which ends after 20 s, and never leads below the floor).
  float held_db(float frames) const noexcept;
  // Deviation from the note's pitch, cents, `frames` after the note-on.
  float onset_cents(float frames) const noexcept;
  // dB to add to the power that the note had at its note-off. Falls without end behind the stored part.
  float release_db(float frames) const noexcept;
  // Slow irregularity of a held note: standard deviations, and its rate.
  float fluctuation_db() const noexcept { return blend(&NoteLevel::fluctuation_db); }
  float fluctuation_cents() const noexcept { return blend(&NoteLevel::fluctuation_cents); }
  float fluctuation_hz() const noexcept { return blend(&NoteLevel::fluctuation_hz); }

 private:
  friend class NoteShapes;
  float blend(float NoteLevel::*field) const noexcept;

  const NoteLevel* corners_[4] = {};  // two levels of the register below, two of the register above
  float weights_[4] = {};             // sum to 1
  float sustained_db_ = -30;
  float floor_db_ = -80;
  float frame_rate_hz_ = 100;
};

// All the shapes of a model. Immutable after construction.
class NoteShapes {
 public:
  // Disk thread. Without stored registers: an attack of 20 ms, a release of 100 ms, and the velocities on the
  // power quantiles of the whole set (or, without these, on -50 to -15 dB).
  explicit NoteShapes(const Config& config);
  NoteShapes(const NoteShapes&) = delete;
  NoteShapes& operator=(const NoteShapes&) = delete;

  // Any thread, no allocation. Velocity 1..127 maps to the quantiles 10 % .. 95 % of note power; fractions
  // are allowed and the ends are held. Pitch between two registers, and power between two levels, blend
  // linearly.
  NoteShape at(float velocity, float midi) const noexcept;

 private:
  std::vector<NoteRegister> registers_;
  float floor_db_;
  float frame_rate_hz_;
};

// Any thread. The quantile, in percent (5..95, ends held), by linear interpolation between the stored ones.
float power_at_quantile(const PowerQuantiles& quantiles, float percent) noexcept;

}  // namespace continuo::ddsp
