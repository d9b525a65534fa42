// The worker half of a DDSP part: notes and parameters in, control frames out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/dsp/filtered_noise.h"
#include "engine/instruments/ddsp_frame.h"
#include "engine/instruments/frame_source.h"
#include "engine/instruments/instrument.h"
#include "engine/instruments/space_player.h"
#include "engine/instruments/trained_range.h"
#include "engine/instruments/voice_controls.h"
#include "engine/listen/technique_ear.h"
#include "models/ddsp/inference/decoder.h"

namespace continuo {

// A model made ready for one part at one device rate: all that the worker touches, allocated off stage.
class DdspRuntime {
 public:
  // Disk thread. Throws std::runtime_error when the device's rate asks for more filter taps than a frame
  // holds.
  DdspRuntime(std::shared_ptr<const ddsp::Model> model, double device_rate);

  [[nodiscard]] const ddsp::Model& model() const noexcept { return *model_; }
  [[nodiscard]] uint32_t hop_frames() const noexcept { return hop_; }

 private:
  friend class DdspModel;
  std::shared_ptr<const ddsp::Model> model_;
  uint32_t hop_;
  double early_frames_a_voice_;
  ddsp::Decoder decoder_;
  dsp::NoiseFilter noise_filter_;
  std::array<ddsp::State, rt::kMaxVoices> states_;
  SpacePlayer spaces_;
  std::array<SpaceVoice, rt::kMaxVoices> space_voices_;
  std::optional<listen::TechniqueEar> ear_;
};

class DdspModel final : public ModelHalf {
 public:
  // The runtimes (this one and those that kSwapModel brings) are owned by control and outlive their use here.
  // `played` is told where notes lie beyond what the model was trained on; it may be null.
  DdspModel(const InstrumentSpec& spec, DdspRuntime* runtime, std::shared_ptr<DdspFrameQueue> frames,
            std::shared_ptr<PlayedRange> played = nullptr);

  void handle(const rt::Command& command) noexcept override;
  [[nodiscard]] uint64_t next_due() const noexcept override;
  // The time that a step of all voices takes, as if kCompany parts like this one had to follow one another:
  // 0.6 ms a voice of a GRU of 512, 0.04 ms of one of 128, half of a hop at most.
  [[nodiscard]] uint32_t early_frames() const noexcept override;
  // Voices due at one frame share a batch, and so do those that are due within the next half of
  // early_frames(): weights that do not fit the core's cache are read once for all of them.
  void step() noexcept override;
  void skip_before(uint64_t frame) noexcept override;
  void* take_retired() noexcept override;
  void leave() noexcept override { leaving_ = true; }

 private:
  struct Voice {
    bool active = false, released = false;
    bool resting = false;  // asks its source at `start` whether it goes on; next_index is 0 then
    uint32_t generation = 0, seed = 0, next_index = 0;
    uint32_t base_index = 0;  // frames that were sent before it last began
    uint64_t start = 0, release = 0;
    float velocity = 0, release_db = 0;
    VoiceSource source = VoiceSource::kKey;
    SourceFrame driven;  // what its source said last
    ContourPoint moved;  // by its technique
    rt::Ramped pressure{0}, timbre{0.5f};
    NotePitch pitch;
    NoteEnvelope envelope;
    ddsp::NoteShape shape;
  };

  void start(const rt::Command& command) noexcept;
  void release(Voice& voice, uint64_t frame) noexcept;
  void express(Voice& voice, const rt::Command& command) noexcept;
  void set_source(VoiceSource kind, FrameSource* source, uint64_t frame) noexcept;
  // The source's word for this frame, if it plays the voice. False: there is nothing to compute for it.
  [[nodiscard]] bool listen(Voice& voice, uint16_t slot, uint64_t frame, uint64_t heard_before) noexcept;
  void rest(Voice& voice, uint16_t slot, uint64_t frame) noexcept;
  void address(const Voice& voice, uint16_t slot, float deviation) noexcept;
  [[nodiscard]] SourceContext context(uint64_t heard_before = UINT64_MAX) noexcept {
    return {controls_, runtime_->model().config(), heard_before, runtime_->ear_ ? &*runtime_->ear_ : nullptr,
            &runtime_->spaces_};
  }
  [[nodiscard]] FrameSource* source_of(const Voice& voice) const noexcept {
    return sources_[static_cast<size_t>(voice.source)];
  }
  // Code spaces: what a voice plays of them at this frame.
  void conduct(DdspRuntime& runtime, Voice& voice, uint16_t slot, uint64_t frame) noexcept;
  void swap(DdspRuntime* runtime, uint64_t frame) noexcept;
  void finish_swap() noexcept;
  [[nodiscard]] uint64_t due(const Voice& voice) const noexcept;
  [[nodiscard]] uint32_t gathered_frames() const noexcept { return early_frames() / 2; }
  [[nodiscard]] float level_db(const Voice& voice, uint64_t frame) const noexcept;
  // What the network hears louder than it is to sound: conditioning without level.
  [[nodiscard]] float offset_db(const Voice& voice, uint64_t frame) const noexcept;
  [[nodiscard]] float cents(const Voice& voice, uint64_t frame) const noexcept;
  [[nodiscard]] float fluctuation(const Voice& voice, uint64_t frame, uint32_t stream) const noexcept;
  void tell_range(const Voice& voice, float midi, float db) noexcept;
  [[nodiscard]] ddsp::VoiceInput condition(Voice& voice, uint64_t frame, float deviation) noexcept;
  void send(Voice& voice, uint16_t slot, const ddsp::ControlFrame& frame, float deviation, float gain,
            bool last) noexcept;
  [[nodiscard]] float hops(uint64_t frames) const noexcept {
    return static_cast<float>(frames) / static_cast<float>(hop_);
  }

  InstrumentSpec spec_;
  DdspRuntime* runtime_;
  DdspRuntime* coming_ = nullptr;   // warms up until warm_at_
  DdspRuntime* retired_ = nullptr;  // taken after each command and step
  std::array<FrameSource*, kVoiceSources> sources_{};
  FrameSource* retired_source_ = nullptr;
  uint64_t warm_at_ = 0;
  std::shared_ptr<DdspFrameQueue> frames_;
  std::shared_ptr<PlayedRange> played_;
  uint32_t hop_;
  bool rails_ = true, leaving_ = false;
  Controls<schema::ddsp::kCount> controls_;
  std::array<Voice, rt::kMaxVoices> voices_;
  std::array<ddsp::ControlFrame, rt::kMaxVoices> outputs_;
  DdspFrame outgoing_;
};

}  // namespace continuo
