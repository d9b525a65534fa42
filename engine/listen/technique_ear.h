// Which name of a model's learned space a player uses ("breathy"), told from his sound as he goes.
//
// Two witnesses: the model's own encoder, which hears colour, and how pitch and level move (movement.h),
// against what the model says of each name's movement. The encoder (models/ddsp/inference/encoder.h) hears
// windows of the last 21 ms before and after a frame's centre, so it is that much late; pitch and power are
// not. Windows are brought from the device's rate to the model's one by one (windowed sinc), so nothing
// depends on block sizes.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/listen/movement.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo::listen {

class TechniqueEar {
 public:
  // Disk thread. `model` has an encoder; `device_rate` in Hz.
  TechniqueEar(const ddsp::Model& model, double device_rate);

  // Worker thread, all of what follows; no allocation. Listening begins.
  void reset() noexcept;
  // A phrase begins: what was said of the one before is over.
  void begin_phrase() noexcept;
  // One sample of the device; true: hear() is due.
  bool push(float sample) noexcept;
  // A model frame, of silence too: what the follower says of it, and the gain (not dB) that brings the player
  // to the level that the model was trained on.
  void hear(float midi, float db, bool voiced, float gain) noexcept;

  // The entry of space() that is likeliest by the last second, which changes when another one is clearly so;
  // -1 before anything was heard.
  [[nodiscard]] int entry() const noexcept { return entry_; }
  // How likely it is, 0..1.
  [[nodiscard]] float share() const noexcept { return share_; }
  [[nodiscard]] int space() const noexcept { return space_; }

 private:
  void weigh() noexcept;
  void decide() noexcept;

  ddsp::StreamingEncoder encoder_;
  Movement movement_;
  std::vector<ddsp::Contour> contours_;  // of the names
  std::vector<float> likelihoods_;       // of the names, sum 1
  int space_, default_, entry_ = -1;
  float share_ = 0;
  uint32_t hop_, since_ = 0;  // device samples from frame to frame, and since the last one
  std::vector<float> past_;   // of the device, a ring
  size_t at_ = 0;             // the next sample's place in it
  size_t taps_ = 0, rows_ = 0;
  std::vector<float> kernels_;   // [rows, taps]: one a phase; a window's sample n has row n % rows
  std::vector<size_t> offsets_;  // of a window's samples, device samples
  std::vector<float> window_;
  int codes_ = 0, likelier_ = -1, likelier_codes_ = 0;
};

}  // namespace continuo::listen
