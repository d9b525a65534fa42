// The audio half of a DDSP part: turns a worker's control frames into sound.
//
// The network says how loud each harmonic and noise band is; pitch, edits and gains act here, in the
// callback. A late frame holds the last one, and fades after 40 ms; the note comes back when frames do.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/dsp/filtered_noise.h"
#include "engine/dsp/harmonic_bank.h"
#include "engine/instruments/ddsp_frame.h"
#include "engine/instruments/frame_source.h"
#include "engine/instruments/glottal_pulses.h"
#include "engine/instruments/instrument.h"
#include "engine/instruments/spectrum_edit.h"
#include "engine/instruments/voice_controls.h"
#include "engine/listen/input_ring.h"

namespace continuo {

class DdspVoices final : public Instrument {
 public:
  // `hop_frames`: control frames' distance at the device's rate. `input`: where the samples of the channel
  // that the part listens to go; may be null.
  DdspVoices(const InstrumentSpec& spec, uint32_t hop_frames, std::shared_ptr<DdspFrameQueue> frames,
             std::shared_ptr<listen::InputRing> input = nullptr);

  void handle(const rt::Command& command, uint64_t frame) noexcept override;
  void receive() noexcept override;
  void hear(uint64_t frame, const float* const* inputs, uint32_t channels, uint32_t offset) noexcept override;
  void render(uint64_t frame, std::span<float> out, EventQueue& events) noexcept override;
  void set_rails(bool) noexcept override {}

 private:
  enum class Stage : uint8_t { kIdle, kWaiting, kPlaying, kResting };
  struct Voice {
    Stage stage = Stage::kIdle;
    bool dirty = false, killed = false, last = false, rests = false, late = false;
    uint32_t generation = 0;
    uint64_t asked = 0;       // the note's frame
    uint32_t position = 0;    // samples since the control frame before the target
    uint32_t line_start = 0;  // the position from which it goes to the target
    uint64_t begun = 0;       // where control frame 0 lies
    uint32_t next_index = 0;  // of the frame after the target
    uint64_t held_since = 0;
    float cents_from = 0, cents_to = 0;
    float pulses_from = 0, pulses_to = 0;
    GlottalPulses pulses;
    NotePitch pitch;
    NoteEnvelope envelope;
    rt::Ramped open{0}, present{1};
    dsp::HarmonicBank bank;
    dsp::FilteredNoise noise;
    TickLine gain;
    std::array<float, ddsp::kMaximumHarmonics> target{};
    // Frames that came and are not reached yet, by index; those of `pending_generation`.
    std::vector<DdspFrame> pending;
    std::vector<uint8_t> filled;
    uint32_t pending_generation = 0;
  };

  void start(const rt::Command& command, uint64_t frame) noexcept;
  void release(Voice& voice, uint64_t frame) noexcept;
  void kill(Voice& voice, uint64_t frame) noexcept;
  [[nodiscard]] const DdspFrame* peek(const Voice& voice, uint32_t index) const noexcept;
  [[nodiscard]] const DdspFrame* earliest_after(const Voice& voice, uint32_t index) const noexcept;
  [[nodiscard]] bool begin(Voice& voice, uint64_t frame) noexcept;
  void begin_with(Voice& voice, const DdspFrame& first, uint64_t frame) noexcept;
  void next_frame(Voice& voice, uint64_t frame) noexcept;
  void aim(Voice& voice, uint32_t frames) noexcept;
  void update(Voice& voice, uint64_t frame, bool edited) noexcept;
  void pulse(Voice& voice, std::span<float> tones, std::span<float> noise) noexcept;
  void render_voice(Voice& voice, uint64_t frame, std::span<float> out) noexcept;
  [[nodiscard]] bool ended(const Voice& voice, uint64_t frame) const noexcept;
  [[nodiscard]] bool adsr() const noexcept { return controls_.target(schema::ddsp::kEnvelope) >= 0.5f; }

  // Takes the input of the frames that were rendered to `out`, and mixes it in.
  void listen(uint64_t frame, std::span<float> out) noexcept;

  InstrumentSpec spec_;
  uint32_t hop_;
  std::shared_ptr<DdspFrameQueue> frames_;
  std::shared_ptr<listen::InputRing> input_;
  const float* const* heard_ = nullptr;  // planes; sample heard_offset_ is that of heard_frame_
  uint32_t heard_channels_ = 0, heard_offset_ = 0;
  uint64_t heard_frame_ = 0;
  Controls<schema::ddsp::kCount> controls_;
  SpectrumEdit edit_;
  TickLine noise_gain_;
  std::array<Voice, rt::kMaxVoices> voices_;
};

}  // namespace continuo
