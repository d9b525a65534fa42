// Who plays a voice in place of a key: live input, a song that sings by itself, a stream of f0 and level.
//
// A driven voice is started by control like any note (rt::CommandKind::kNoteOn, whose `index` is its
// VoiceSource); for each model frame the worker asks the part's source of that kind what sounds. The pitch
// goes to the callback with the frame (DdspFrame::cents, relative to the note's nominal pitch).
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/instruments/voice_controls.h"
#include "models/ddsp/inference/config.h"

namespace continuo {

namespace listen {
class TechniqueEar;
}
class SpacePlayer;

enum class VoiceSource : uint8_t { kKey, kInput, kSong, kStream };
inline constexpr size_t kVoiceSources = 4;
inline constexpr uint32_t kRestFrames = 64;  // between the looks of a voice that rests

struct SourceFrame {
  float midi = 60;     // goes on through rests
  float db = -80;      // power as the model hears it; its floor is silence
  bool ended = false;  // nothing will come any more: the voice is released
  // Nothing sounds: the voice is silent from here on, costs nothing, and asks each kRestFrames whether it
  // goes on. It then begins anew at that very frame, at its pitch, as a note does.
  bool resting = false;
  std::string_view technique{};  // an entry of a space of the model; empty: what the part plays. Lives as
                                 // long as the source
  int space = -1;                // the space, by its index; -1: technique
};

// What a source may look at.
struct SourceContext {
  const Controls<schema::ddsp::kCount>& controls;
  const ddsp::Config& model;
  // Input of engine frames before this one may be heard: a frame is made that much ahead of its time, the
  // same for every block size.
  uint64_t heard_before = UINT64_MAX;
  // Tells which name of the model's learned space is heard; null where the model has none that listens.
  listen::TechniqueEar* ear = nullptr;
  const SpacePlayer* spaces = nullptr;  // what the part is asked for
};

// Worker thread, all of it: no allocation, no lock. One a part and kind; made and freed off stage. It plays
// one voice at a time: when another starts, it starts anew and the one before fades.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // A voice starts at `frame` of the engine's clock.
  virtual void start(uint64_t frame, uint32_t seed, const SourceContext& context) noexcept = 0;
  // kPlay and kLevel of the voice.
  virtual void express(rt::Expression what, float value, uint64_t frame, uint32_t ramp_frames) noexcept {
    (void)what, (void)value, (void)frame, (void)ramp_frames;
  }
  // What sounds at `frame`; frames rise from call to call, by more than a hop when steps were given up.
  virtual SourceFrame at(uint64_t frame, const SourceContext& context) noexcept = 0;
};

}  // namespace continuo
