// A plain additive instrument: harmonics that fall by a slope. It needs no model, so it is what plays when
// there is none, and what the engine is tested with.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/dsp/harmonic_bank.h"
#include "engine/instruments/instrument.h"
#include "engine/instruments/spectrum_edit.h"
#include "engine/instruments/voice_controls.h"

namespace continuo {

class Additive final : public Instrument {
 public:
  explicit Additive(const InstrumentSpec& spec);

  void handle(const rt::Command& command, uint64_t frame) noexcept override;
  void receive() noexcept override {}
  void render(uint64_t frame, std::span<float> out, EventQueue& events) noexcept override;
  void set_rails(bool) noexcept override {}

 private:
  struct Voice {
    bool active = false, dirty = false;
    uint32_t generation = 0;
    rt::Ramped level{0}, pressure{0};
    NotePitch pitch;
    NoteEnvelope envelope;
    rt::Ramped kill{1};
    bool killed = false;
    dsp::HarmonicBank bank;
    TickLine gain;
  };
  void start(const rt::Command& command, uint64_t frame) noexcept;
  void release(Voice& voice, uint64_t frame) noexcept;
  void kill(Voice& voice, uint64_t frame) noexcept;
  void update(Voice& voice, uint64_t frame, bool spectrum_changed) noexcept;
  [[nodiscard]] bool update_spectrum(uint64_t frame) noexcept;
  [[nodiscard]] float midi_at(const Voice& voice, uint64_t frame) const noexcept;

  InstrumentSpec spec_;
  uint32_t least_ramp_;  // frames in which a level may change without a click
  Controls<schema::additive::kCount> controls_;
  SpectrumEdit edit_;
  std::array<float, SpectrumEdit::kMaxHarmonics> amplitudes_{};
  float partials_ = -1, slope_ = 0;
  std::array<Voice, rt::kMaxVoices> voices_;
};

}  // namespace continuo
