// A plain additive instrument.
#include "engine/instruments/additive.h"

#include <algorithm>
#include <cmath>

namespace continuo {

namespace voice = schema::voice;

namespace {
constexpr float kLevel = 0.1f;  // RMS of a note at full velocity
constexpr double kLeastRampSeconds = 0.005;
float level_of(float velocity) noexcept {
  return kLevel * velocity * std::sqrt(velocity);
}
constexpr double kKillSeconds = 0.005;  // a stolen voice fades this fast
}  // namespace

Additive::Additive(const InstrumentSpec& spec)
    : spec_(spec),
      least_ramp_(static_cast<uint32_t>(spec.rate * kLeastRampSeconds)),
      controls_(schema::parameters(schema::Kind::kAdditive)) {
  for (Voice& v : voices_) v.bank.prepare(spec.rate);
  (void)update_spectrum(0);
}

void Additive::handle(const rt::Command& command, uint64_t frame) noexcept {
  using enum rt::CommandKind;
  const auto known = [&](uint16_t slot, uint32_t generation) {
    return slot < rt::kMaxVoices && voices_[slot].active && voices_[slot].generation == generation;
  };
  switch (command.kind) {
    case kParameter:
      controls_.handle(command);
      for (Voice& v : voices_) v.dirty = true;
      break;
    case kNoteOn:
      start(command, frame);
      break;
    case kNoteOff:
      if (known(command.voice, command.generation)) release(voices_[command.voice], frame);
      break;
    case kKillVoice:
      if (known(command.voice, command.generation)) kill(voices_[command.voice], frame);
      break;
    case kExpression: {
      if (!known(command.voice, command.generation)) break;
      Voice& v = voices_[command.voice];
      v.dirty = true;
      switch (static_cast<rt::Expression>(command.index)) {
        case rt::Expression::kBend:
          v.pitch.bend(command.value, frame, command.ramp_frames);
          break;
        case rt::Expression::kPitch:
          v.pitch.go(command.value, frame, command.ramp_frames);
          break;
        case rt::Expression::kPressure:
          v.pressure.go(command.value, frame, std::max(command.ramp_frames, least_ramp_));
          break;
        case rt::Expression::kVelocity:
          v.level.go(level_of(command.value), frame, std::max(command.ramp_frames, least_ramp_));
          break;
        case rt::Expression::kTimbre:
        case rt::Expression::kPlay:
        case rt::Expression::kLevel:
          break;
      }
      break;
    }
    case kAllNotesOff:
      for (Voice& v : voices_) {
        if (v.active) release(v, frame);
      }
      break;
    case kSilence:
      for (Voice& v : voices_) {
        if (v.active) kill(v, frame);
      }
      break;
    default:
      break;
  }
}

void Additive::start(const rt::Command& command, uint64_t frame) noexcept {
  if (command.voice >= rt::kMaxVoices) return;
  Voice& v = voices_[command.voice];
  const rt::Note& note = command.note;
  v.active = v.dirty = true;
  v.killed = false;
  v.generation = note.generation;
  v.pressure.set(0);
  v.level.set(level_of(note.velocity));
  v.pitch.start(note, frame);
  v.envelope.start(frame,
                   {controls_.at(voice::kAttack, frame), controls_.at(voice::kDecay, frame),
                    db_to_gain(controls_.at(voice::kSustain, frame)), controls_.at(voice::kRelease, frame)},
                   spec_.rate);
  v.kill.set(1);
  v.bank.reset();
  v.bank.set_amplitudes(amplitudes_, 0);
}

void Additive::release(Voice& v, uint64_t frame) noexcept {
  v.envelope.release(frame, controls_.at(voice::kRelease, frame));
  v.dirty = true;
}

void Additive::kill(Voice& v, uint64_t frame) noexcept {
  if (v.killed) return;
  v.killed = true;
  v.kill.go(0, frame, static_cast<uint32_t>(spec_.rate * kKillSeconds));
}

bool Additive::update_spectrum(uint64_t frame) noexcept {
  const float partials = std::round(controls_.at(schema::additive::kPartials, frame));
  const float slope = controls_.at(schema::additive::kSlope, frame);
  const bool edited =
      edit_.set(slope + controls_.at(voice::kBrightness, frame), controls_.at(voice::kOddEven, frame), 1);
  if (!edited && partials == partials_ && slope == slope_) return false;
  partials_ = partials, slope_ = slope;
  float power = 0;
  for (size_t k = 0; k < amplitudes_.size(); ++k) {
    amplitudes_[k] = static_cast<float>(k) < partials ? edit_.weights()[k] : 0.f;
    power += 0.5f * amplitudes_[k] * amplitudes_[k];
  }
  const float scale = 1 / std::sqrt(std::max(power, 1e-9f));
  for (float& a : amplitudes_) a *= scale;
  return true;
}

float Additive::midi_at(const Voice& v, uint64_t frame) const noexcept {
  return v.pitch.note(frame) + controls_.at(voice::kTranspose, frame) + controls_.at(voice::kBend, frame);
}

void Additive::update(Voice& v, uint64_t frame, bool spectrum_changed) noexcept {
  const auto frames = static_cast<uint32_t>(rt::kTickFrames - frame % rt::kTickFrames);
  const float depth = controls_.at(voice::kVibratoDepth, frame) / 100;
  const float delay = controls_.at(voice::kVibratoDelay, frame);
  v.pitch.set_vibrato(frame, controls_.at(voice::kVibratoRate, frame), spec_.rate);
  const auto hz = [&](uint64_t f) {
    return midi_to_hz(midi_at(v, f) + depth * v.pitch.vibrato(f, delay, spec_.rate));
  };
  v.bank.set_frequency(hz(frame), hz(frame + frames), static_cast<int>(frames));
  if (spectrum_changed) v.bank.set_amplitudes(amplitudes_, static_cast<int>(frames));
  const auto gain = [&](uint64_t f) {
    return v.level.at(f) * (1 + v.pressure.at(f)) * db_to_gain(controls_.at(voice::kLoudness, f)) *
           v.envelope.gain(f);
  };
  v.gain.set(gain(frame), gain(frame + frames), frame, frames);
  v.dirty = false;
}

void Additive::render(uint64_t frame, std::span<float> out, EventQueue& events) noexcept {
  const bool tick = frame % rt::kTickFrames == 0;
  const bool any_dirty =
      std::any_of(voices_.begin(), voices_.end(), [](const Voice& v) { return v.active && v.dirty; });
  const bool spectrum_changed = (tick || any_dirty) && update_spectrum(frame);
  alignas(64) float samples[rt::kTickFrames];
  for (size_t slot = 0; slot < voices_.size(); ++slot) {
    Voice& v = voices_[slot];
    if (!v.active) continue;
    if (tick || v.dirty || spectrum_changed) update(v, frame, spectrum_changed);
    v.bank.process({samples, out.size()});
    for (size_t i = 0; i < out.size(); ++i)
      out[i] += samples[i] * v.gain.at(frame + i) * v.kill.at(frame + i);
    const uint64_t end = frame + out.size();
    if (end % rt::kTickFrames != 0) continue;  // voices end on ticks, whatever the block
    if (v.envelope.ended(end) || (v.killed && !v.kill.moving(end))) {
      v.active = false;
      (void)events.try_enqueue(rt::voice_ended(end, spec_.part, static_cast<uint16_t>(slot), v.generation));
    }
  }
}

}  // namespace continuo
