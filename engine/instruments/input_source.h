// Live input as the player of a DDSP voice: what is heard becomes pitch and power for the network.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/instruments/frame_source.h"
#include "engine/instruments/trained_range.h"
#include "engine/listen/follower.h"
#include "engine/listen/input_ring.h"
#include "engine/listen/match.h"
#include "engine/listen/technique_ear.h"
#include "engine/rt/queues.h"

namespace continuo {

// What control is told.
struct InputEvent {
  enum class Kind : uint8_t {
    kState,   // each 20 ms while something sounds, and once when it ends
    kOnset,   // a note began; `note` is its key
    kOffset,  // and ended
  };
  Kind kind = Kind::kState;
  uint8_t note = 0, velocity = 0;
  uint8_t flags = 0;  // RangeFlag
  bool sounding = false;
  uint64_t frame = 0;
  float midi = 0, db = -80, confidence = 0;  // as heard
  // The name that is heard, by its space and its entry there, and how likely it is; -1: none.
  int8_t space = -1, entry = -1;
  float share = 0;
};

class InputSource final : public FrameSource {
 public:
  // Off stage. `rate` of the device.
  InputSource(std::shared_ptr<listen::InputRing> ring, double rate);

  void start(uint64_t frame, uint32_t seed, const SourceContext& context) noexcept override;
  SourceFrame at(uint64_t frame, const SourceContext& context) noexcept override;

  // Control thread.
  [[nodiscard]] bool poll(InputEvent& event) noexcept { return events_.try_dequeue(event); }

 private:
  void tick(uint64_t frame, const SourceContext& context) noexcept;
  void hear_technique(const SourceContext& context) noexcept;
  void imitate(const SourceContext& context) noexcept;
  void note(uint64_t frame) noexcept;
  void tell(InputEvent::Kind kind, uint64_t frame) noexcept;

  std::shared_ptr<listen::InputRing> ring_;
  double rate_;
  listen::Follower follower_;
  listen::RunningMatch match_;
  const ddsp::Config* matched_ = nullptr;  // whose ranges match_ knows
  rt::SpscQueue<InputEvent> events_;
  uint64_t next_ = 0;  // frame of the next sample
  int octaves_ = 0;    // of the automatic, for the phrase that sounds
  uint8_t flags_ = 0;
  int note_ = -1, astray_ticks_ = 0, until_state_ = 0;
  bool sounded_ = false;
  int space_ = -1, entry_ = -1;  // that the ear hears
  float share_ = 0;
  std::array<char, 64> name_{};  // of the entry; last_ looks at it
  SourceFrame last_;
};

}  // namespace continuo
