// How pitch and level have moved in the last 0.8 s of a phrase, measured: what tells a vibrato from a
// straight note with any voice, however it is coloured.
#pragma once

#include <vector>

#include "models/ddsp/inference/config.h"

namespace continuo::listen {

class Movement {
 public:
  // Disk thread. Frames a second.
  explicit Movement(double frame_rate_hz);

  // Worker thread, all of what follows; no allocation. A phrase begins.
  void reset() noexcept;
  // One frame; one that is not voiced has no pitch and counts as the one before.
  void push(float midi, float db, bool voiced) noexcept;

  // Evaluates what was pushed; false when that is less than half a second.
  bool measure() noexcept;
  // Of the latest measure().
  [[nodiscard]] float vibrato_cents() const noexcept { return vibrato_cents_; }  // 4 to 9 Hz, middle to top
  [[nodiscard]] float tremolo_db() const noexcept { return tremolo_db_; }        // the same of the level
  [[nodiscard]] float glide_semitones() const noexcept {
    return glide_semitones_;
  }  // the largest way in one go
  // How well that fits a technique's own movement: a log-likelihood, 0 at best.
  [[nodiscard]] float fit(const ddsp::Contour& contour) const noexcept;

 private:
  // The strongest swing of 4 to 9 Hz, one-sided.
  float swing(const std::vector<float>& past, float most) noexcept;
  float glide() noexcept;

  float frame_rate_;
  std::vector<float> midi_, db_;  // rings
  std::vector<float> line_;       // one of them in order, less its mean
  std::vector<float> window_, cosines_, sines_;
  size_t rates_ = 0;
  size_t at_ = 0, count_ = 0;
  float vibrato_cents_ = 0, tremolo_db_ = 0, glide_semitones_ = 0;
};

}  // namespace continuo::listen
