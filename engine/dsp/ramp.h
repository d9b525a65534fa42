// A value on a straight line to its target, evaluated by index: the same however a stretch is cut.
#pragma once

#include <cstddef>
#include <span>

namespace continuo::dsp {

// Audio thread. Counts its own samples; for lines tied to absolute frames there is rt::Ramped.
class Ramp {
 public:
  explicit Ramp(float value = 0) noexcept : start_(value), target_(value) {}

  // Jumps.
  void set(float value) noexcept {
    start_ = target_ = value;
    step_ = 0;
    index_ = frames_ = 0;
  }
  // Goes from the present value to `target` in `frames` samples (0 or less: jumps).
  void go(float target, int frames) noexcept {
    if (frames <= 0) return set(target);
    start_ = value();
    target_ = target;
    step_ = (target - start_) / static_cast<float>(frames);
    index_ = 0;
    frames_ = frames;
  }

  [[nodiscard]] float value() const noexcept { return at(0); }
  // The value `ahead` samples from now.
  [[nodiscard]] float at(int ahead) const noexcept {
    return ahead >= frames_ - index_ ? target_ : start_ + static_cast<float>(index_ + ahead) * step_;
  }
  [[nodiscard]] float target() const noexcept { return target_; }
  [[nodiscard]] int frames_left() const noexcept { return frames_ - index_; }
  [[nodiscard]] bool moving() const noexcept { return index_ < frames_; }

  // Moves on by `frames` samples.
  void advance(int frames) noexcept {
    index_ += frames < frames_left() ? frames : frames_left();
    if (!moving()) set(target_);
  }
  // The value at the present sample, then one on.
  float next() noexcept {
    const float now = value();
    advance(1);
    return now;
  }
  // Fills `out` with the coming values and moves on.
  void process(std::span<float> out) noexcept {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = at(static_cast<int>(i));
    advance(static_cast<int>(out.size()));
  }
  // Multiplies a buffer by the coming values and moves on.
  void apply(std::span<float> buffer) noexcept {
    if (!moving()) {
      for (float& x : buffer) x *= target_;
      return;
    }
    for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] *= at(static_cast<int>(i));
    advance(static_cast<int>(buffer.size()));
  }

 private:
  float start_, target_;
  float step_ = 0;
  int index_ = 0, frames_ = 0;
};

// A pitch on its way in semitones, so that a glide is even to the ear. Audio thread.
class Glide {
 public:
  // MIDI note numbers with fractions.
  void set(float midi) noexcept { ramp_.set(midi); }
  void go(float midi, int frames) noexcept { ramp_.go(midi, frames); }
  [[nodiscard]] float midi(int ahead = 0) const noexcept { return ramp_.at(ahead); }
  [[nodiscard]] float target() const noexcept { return ramp_.target(); }
  [[nodiscard]] bool moving() const noexcept { return ramp_.moving(); }
  void advance(int frames) noexcept { ramp_.advance(frames); }

 private:
  Ramp ramp_{69.f};
};

// One-pole smoothing of a stream of values. Audio thread; state advances sample by sample.
class OnePole {
 public:
  // Reaches 63 % of a step after `frames` samples (0: no smoothing).
  void set_time(double frames) noexcept;
  void reset(float value = 0) noexcept { state_ = value; }
  float next(float target) noexcept {
    state_ += coefficient_ * (target - state_);
    return state_;
  }
  [[nodiscard]] float value() const noexcept { return state_; }

 private:
  float coefficient_ = 1, state_ = 0;
};

}  // namespace continuo::dsp
