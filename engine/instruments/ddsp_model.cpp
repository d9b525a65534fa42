// The worker half of a DDSP part.
#include "engine/instruments/ddsp_model.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/dsp/fixed_chance.h"

namespace continuo {

namespace voice = schema::voice;

namespace {

constexpr float kPressureDb = 12, kTimbreDb = 12;  // what full pressure and timbre add to the conditioning
constexpr float kAdsrTimbreDb = -24;     // an ADSR drives the timbre this far down; gain does the rest
constexpr float kSilentDb = 3;           // this near to the model's floor a released note has ended
constexpr float kLongestRelease = 1000;  // control frames
constexpr float kRailsSemitones = 7, kRailsDb = 6;  // how far beyond the trained range the rails let it go
constexpr int kWarmUpSteps = 8;
// Of the network's state from step to step. Held notes are longer than the crops that it was trained on: what
// wanders off in them, a decibel and its timbre within minutes, is forgotten after 20 s.
constexpr float kKept = 0.9995f;
// What a core does at least when it steps a batch, and how many parts may fall due at once (early_frames()).
constexpr double kFlopsPerSecond = 100e9, kCompany = 16;

constexpr uint64_t next_tick(uint64_t frame) noexcept {
  return (frame + rt::kTickFrames - 1) / rt::kTickFrames * rt::kTickFrames;
}

}  // namespace

DdspRuntime::DdspRuntime(std::shared_ptr<const ddsp::Model> model, double device_rate)
    : model_(std::move(model)),
      hop_(static_cast<uint32_t>(std::lround(device_rate / model_->config().frame_rate_hz()))),
      early_frames_a_voice_(kCompany * model_->flops_per_step() / kFlopsPerSecond * device_rate),
      spaces_(*model_) {
  decoder_.prepare(model_, rt::kMaxVoices);
  noise_filter_.prepare({.bands = model_->config().noise_bands,
                         .model_rate = static_cast<double>(model_->config().sample_rate),
                         .device_rate = device_rate});
  if (noise_filter_.taps() > DdspFrame::kMaxTaps) {
    throw std::runtime_error("model " + model_->config().name + " asks for a noise filter of " +
                             std::to_string(noise_filter_.taps()) + " taps at " +
                             std::to_string(device_rate) + " Hz; at most " +
                             std::to_string(DdspFrame::kMaxTaps) + " are possible");
  }
  for (ddsp::State& state : states_) state.prepare(*model_);
  if (model_->encoder() != nullptr) ear_.emplace(*model_, device_rate);
}

DdspModel::DdspModel(const InstrumentSpec& spec, DdspRuntime* runtime, std::shared_ptr<DdspFrameQueue> frames,
                     std::shared_ptr<PlayedRange> played)
    : spec_(spec),
      runtime_(runtime),
      frames_(std::move(frames)),
      played_(std::move(played)),
      hop_(runtime->hop_frames()),
      controls_(schema::parameters(schema::Kind::kDdsp)) {}

void DdspModel::handle(const rt::Command& command) noexcept {
  using enum rt::CommandKind;
  Voice* known = nullptr;
  if (command.voice < rt::kMaxVoices && voices_[command.voice].active &&
      voices_[command.voice].generation == command.generation) {
    known = &voices_[command.voice];
  }
  switch (command.kind) {
    case kParameter:
      controls_.handle(command);
      if (command.index == schema::ddsp::kTechniqueFreeze) {
        for (DdspRuntime* runtime : {runtime_, coming_}) {
          if (runtime != nullptr) runtime->spaces_.freeze(command.value >= 0.5f, command.frame);
        }
      }
      break;
    case kStripParameter:
      if (command.index == schema::strip::kRails) rails_ = command.value >= 0.5f;
      break;
    case kNoteOn:
      start(command);
      break;
    case kNoteOff:
      if (known != nullptr) release(*known, command.frame);
      break;
    case kKillVoice:
      if (known != nullptr) known->active = false;
      break;
    case kExpression:
      if (known != nullptr) express(*known, command);
      break;
    case kAllNotesOff:
      for (Voice& v : voices_) {
        if (v.active) release(v, command.frame);
      }
      break;
    case kSilence:
      for (Voice& v : voices_) v.active = false;
      break;
    case kSwapModel:
      swap(static_cast<DdspRuntime*>(command.pointer), command.frame);
      break;
    case kSpace:
      (coming_ != nullptr ? coming_ : runtime_)->spaces_.handle(command);
      break;
    case kSource:
      if (command.index < kVoiceSources) {
        set_source(static_cast<VoiceSource>(command.index), static_cast<FrameSource*>(command.pointer),
                   command.frame);
      }
      break;
    default:
      break;
  }
}

void DdspModel::start(const rt::Command& command) noexcept {
  if (command.voice >= rt::kMaxVoices) return;
  Voice& v = voices_[command.voice];
  const rt::Note& note = command.note;
  v = Voice{};
  v.active = true;
  v.generation = note.generation;
  v.seed = note.seed;
  v.velocity = note.velocity;
  v.start = command.frame;
  v.pitch.start(note, command.frame);
  v.envelope.start(
      command.frame,
      {controls_.at(voice::kAttack, v.start), controls_.at(voice::kDecay, v.start),
       db_to_gain(controls_.at(voice::kSustain, v.start)), controls_.at(voice::kRelease, v.start)},
      spec_.rate);
  v.shape = runtime_->model().note_shapes().at(note.velocity * 127, note.pitch);
  for (DdspRuntime* runtime : {runtime_, coming_}) {
    if (runtime == nullptr) continue;
    runtime->states_[command.voice].reset();
    SpacePlayer::start(runtime->space_voices_[command.voice], note.seed);
  }
  if (command.index == 0 || command.index >= kVoiceSources) return;
  const auto source = static_cast<VoiceSource>(command.index);
  for (Voice& other : voices_) {  // a source plays one voice
    if (other.active && other.source == source) release(other, command.frame);
  }
  v.source = source;
  v.driven.midi = note.pitch;
  v.driven.db = runtime_->model().config().power_floor_db;
  if (source_of(v) == nullptr) return release(v, command.frame);
  source_of(v)->start(command.frame, note.seed, context());
  if (source != VoiceSource::kInput) return;
  v.resting = true;
  v.start = next_tick(command.frame);
}

// A voice that the old source plays goes on under the new one, which starts.
void DdspModel::set_source(VoiceSource kind, FrameSource* source, uint64_t frame) noexcept {
  retired_source_ = std::exchange(sources_[static_cast<size_t>(kind)], source);
  for (Voice& v : voices_) {
    if (!v.active || v.released || v.source != kind) continue;
    if (source == nullptr) {
      release(v, frame);
    } else {
      source->start(frame, v.seed, context());
    }
  }
}

bool DdspModel::listen(Voice& v, uint16_t slot, uint64_t frame, uint64_t heard_before) noexcept {
  if (v.source == VoiceSource::kKey || v.released || source_of(v) == nullptr) return true;
  const SourceFrame said = source_of(v)->at(frame, context(heard_before));
  if (said.ended) {
    release(v, frame);
    return v.active;
  }
  v.driven = said;
  if (said.resting && v.resting) {
    v.start += kRestFrames;
  } else if (said.resting) {
    rest(v, slot, frame);
  } else if (v.resting) {
    v.resting = false;
    for (DdspRuntime* runtime : {runtime_, coming_}) {
      if (runtime == nullptr) continue;
      runtime->states_[slot].reset();
      SpacePlayer::start(runtime->space_voices_[slot], v.seed);
    }
  }
  return !said.resting;
}

void DdspModel::rest(Voice& v, uint16_t slot, uint64_t frame) noexcept {
  address(v, slot, cents(v, frame));
  outgoing_.rests = true;
  outgoing_.harmonic_count = outgoing_.tap_count = 0;
  if (!frames_->try_enqueue(outgoing_)) spec_.metrics->late_frames.fetch_add(1, std::memory_order_relaxed);
  v.base_index += v.next_index + 1;
  v.next_index = 0;
  v.start = next_tick(frame);
  v.resting = true;
}

void DdspModel::release(Voice& v, uint64_t frame) noexcept {
  if (v.released) return;
  v.release_db = level_db(v, frame);
  v.released = true;
  if (v.resting) v.active = false;
  v.release = frame;
  v.envelope.release(frame, controls_.at(voice::kRelease, frame));
}

void DdspModel::express(Voice& v, const rt::Command& command) noexcept {
  const auto what = static_cast<rt::Expression>(command.index);
  switch (what) {
    case rt::Expression::kPlay:
      // What comes while a stream's voice fades after its timeout brings it back.
      if (v.source == VoiceSource::kStream && command.value >= 0) v.released = false;
      [[fallthrough]];
    case rt::Expression::kLevel:
      if (v.source != VoiceSource::kKey && !v.released && source_of(v) != nullptr)
        source_of(v)->express(what, command.value, command.frame, command.ramp_frames);
      break;
    case rt::Expression::kBend:
      v.pitch.bend(command.value, command.frame, command.ramp_frames);
      break;
    case rt::Expression::kPitch:
      v.pitch.go(command.value, command.frame, command.ramp_frames);
      break;
    case rt::Expression::kVelocity:
      v.velocity = command.value;
      v.shape = runtime_->model().note_shapes().at(v.velocity * 127, v.pitch.target());
      break;
    case rt::Expression::kPressure:
      v.pressure.go(command.value, command.frame, command.ramp_frames);
      break;
    case rt::Expression::kTimbre:
      v.timbre.go(command.value, command.frame, command.ramp_frames);
      break;
  }
}

// Notes that sound go on under the new model once it has heard the last of them: it runs beside the old one
// for some frames, a step each, and then the callback interpolates from one to the other.
void DdspModel::swap(DdspRuntime* runtime, uint64_t frame) noexcept {
  // The distance of frames is the part's; a model of another frame rate takes a new part (session).
  if (runtime == nullptr || runtime->hop_frames() != hop_) {
    retired_ = runtime;
    return;
  }
  if (coming_ != nullptr) retired_ = coming_;
  coming_ = runtime;
  warm_at_ = frame + kWarmUpSteps * uint64_t{hop_};
  for (ddsp::State& state : coming_->states_) state.reset();
  for (size_t slot = 0; slot < voices_.size(); ++slot)
    SpacePlayer::start(coming_->space_voices_[slot], voices_[slot].seed);
  const bool silent = std::none_of(voices_.begin(), voices_.end(), [](const Voice& v) { return v.active; });
  if (silent) finish_swap();
}

void DdspModel::finish_swap() noexcept {
  for (size_t slot = 0; slot < voices_.size(); ++slot)  // a movement goes on
    coming_->space_voices_[slot].player = runtime_->space_voices_[slot].player;
  retired_ = std::exchange(runtime_, std::exchange(coming_, nullptr));
  for (Voice& v : voices_) {
    if (v.active) v.shape = runtime_->model().note_shapes().at(v.velocity * 127, v.pitch.note(v.start));
  }
}

void DdspModel::skip_before(uint64_t frame) noexcept {
  for (Voice& v : voices_) {
    // A note's first frame is never skipped: it could not begin.
    while (v.active && v.next_index >= 1 && due(v) < frame) ++v.next_index;
    if (v.active && v.resting && v.start < frame) v.start = next_tick(frame);
  }
}

void* DdspModel::take_retired() noexcept {
  for (FrameSource*& source : sources_) {
    if (leaving_ && retired_source_ == nullptr) retired_source_ = std::exchange(source, nullptr);
  }
  if (retired_source_ != nullptr) return std::exchange(retired_source_, nullptr);
  if (retired_ == nullptr && leaving_)
    retired_ = std::exchange(coming_ != nullptr ? coming_ : runtime_, nullptr);
  return std::exchange(retired_, nullptr);
}

// The frame before which it must be there: one hop before its own, for the callback ramps towards it.
uint64_t DdspModel::due(const Voice& v) const noexcept {
  return v.start + (v.next_index == 0 ? 0 : uint64_t{hop_} * (v.next_index - 1));
}

uint64_t DdspModel::next_due() const noexcept {
  uint64_t earliest = UINT64_MAX;
  for (const Voice& v : voices_) {
    if (v.active) earliest = std::min(earliest, due(v));
  }
  return earliest;
}

uint32_t DdspModel::early_frames() const noexcept {
  const auto voices =
      std::count_if(voices_.begin(), voices_.end(), [](const Voice& v) { return v.active && !v.resting; });
  return static_cast<uint32_t>(
      std::min(kDdspMostEarly * hop_, static_cast<double>(voices) * runtime_->early_frames_a_voice_));
}

void DdspModel::step() noexcept {
  const uint64_t now = next_due(), last = now + gathered_frames();
  if (coming_ != nullptr && now >= warm_at_) finish_swap();
  std::array<ddsp::VoiceInput, rt::kMaxVoices> inputs;
  std::array<ddsp::State*, rt::kMaxVoices> states;
  std::array<ddsp::ControlFrame*, rt::kMaxVoices> frames;
  std::array<uint16_t, rt::kMaxVoices> slots;
  std::array<float, rt::kMaxVoices> deviations;
  size_t count = 0;
  const uint64_t heard_before = now - std::min<uint64_t>(now, spec_.lead_frames + early_frames());
  for (uint16_t slot = 0; slot < rt::kMaxVoices; ++slot) {
    Voice& v = voices_[slot];
    if (!v.active || due(v) > (v.resting ? now : last)) continue;
    const uint64_t frame = v.start + uint64_t{hop_} * v.next_index;
    if (!listen(v, slot, frame, heard_before)) continue;
    if (coming_ != nullptr) conduct(*coming_, v, slot, frame);
    conduct(*runtime_, v, slot, frame);
    deviations[count] = cents(v, frame);
    inputs[count] = condition(v, frame, deviations[count]);
    frames[count] = &outputs_[count];
    slots[count++] = slot;
  }
  const auto step = [&](DdspRuntime& runtime) {
    for (size_t i = 0; i < count; ++i) {
      states[i] = &runtime.states_[slots[i]];
      inputs[i].space = runtime.spaces_.any() ? runtime.space_voices_[slots[i]].vector.data() : nullptr;
    }
    runtime.decoder_.step({inputs.data(), count}, {states.data(), count}, {frames.data(), count});
    for (size_t i = 0; i < count; ++i) states[i]->fade(kKept);
  };
  if (count == 0) return;
  if (coming_ != nullptr) step(*coming_);  // its frames are overwritten
  step(*runtime_);
  const float floor = runtime_->model().config().power_floor_db;
  for (size_t i = 0; i < count; ++i) {
    Voice& v = voices_[slots[i]];
    const uint64_t frame = v.start + uint64_t{hop_} * v.next_index;
    const bool adsr = controls_.target(schema::ddsp::kEnvelope) >= 0.5f;
    const bool silent = v.released && (adsr ? v.envelope.ended(frame)
                                            : inputs[i].db <= floor + kSilentDb ||
                                                  hops(frame - std::min(frame, v.release)) > kLongestRelease);
    send(v, slots[i], *frames[i], deviations[i], db_to_gain(-offset_db(v, frame)), silent);
  }
}

// The note's own power, dB: from the data's shapes or from the ADSR.
float DdspModel::level_db(const Voice& v, uint64_t frame) const noexcept {
  if (v.source != VoiceSource::kKey && !v.released) return v.driven.db;
  if (controls_.target(schema::ddsp::kEnvelope) >= 0.5f) {
    const float gain = v.envelope.gain(frame);
    return v.shape.sustained_db() + std::max(kAdsrTimbreDb, 20 * std::log10(std::max(gain, 1e-6f)));
  }
  if (v.released && frame >= v.release) return v.release_db + v.shape.release_db(hops(frame - v.release));
  const float contour = controls_.at(schema::ddsp::kContour, frame);
  const float shaped = v.shape.held_db(hops(frame - std::min(frame, v.start)));
  return v.shape.sustained_db() + contour * (shaped - v.shape.sustained_db());
}

float DdspModel::offset_db(const Voice& v, uint64_t frame) const noexcept {
  return controls_.at(schema::ddsp::kConditionLoudness, frame) + kTimbreDb * (2 * v.timbre.at(frame) - 1);
}

float DdspModel::cents(const Voice& v, uint64_t frame) const noexcept {
  if (v.source != VoiceSource::kKey) return 100 * (v.driven.midi - v.pitch.note(frame));
  const float contour = controls_.at(schema::ddsp::kContour, frame);
  const float wander = controls_.at(schema::ddsp::kFluctuation, frame) * v.shape.fluctuation_cents();
  return contour * v.shape.onset_cents(hops(frame - v.start)) + wander * fluctuation(v, frame, 1) +
         v.moved.cents;
}

void DdspModel::conduct(DdspRuntime& runtime, Voice& v, uint16_t slot, uint64_t frame) noexcept {
  if (&runtime == runtime_) v.moved = {};
  if (!runtime.spaces_.any()) return;
  SpacePlayer::Moment moment;
  moment.frame = frame;
  moment.since = static_cast<double>(frame - std::min(frame, v.start)) / spec_.rate;
  moment.seconds = hop_ / spec_.rate;
  moment.midi =
      v.pitch.note(frame) + controls_.at(voice::kTranspose, frame) + controls_.at(voice::kBend, frame);
  moment.moves = v.source == VoiceSource::kKey;
  if (!moment.moves) moment.technique = v.driven.technique, moment.space = v.driven.space;
  SpaceVoice& spaces = runtime.space_voices_[slot];
  runtime.spaces_.step(spaces, moment, controls_);
  if (&runtime == runtime_) v.moved = spaces.moved;
}

// Smooth noise at the data's rate, the same for the same seed.
float DdspModel::fluctuation(const Voice& v, uint64_t frame, uint32_t stream) const noexcept {
  if (v.source != VoiceSource::kKey) return 0;  // its player moves by himself
  const double time = static_cast<double>(frame - v.start) / spec_.rate * v.shape.fluctuation_hz() * 2;
  const auto cell = static_cast<uint32_t>(time);
  const auto along = static_cast<float>(time - cell);
  const uint32_t key = v.seed * 0x9e3779b9u + stream * 0x7f4a7c15u;
  const float smooth = along * along * (3 - 2 * along);
  const float a = dsp::signed_chance(key + cell), b = dsp::signed_chance(key + cell + 1);
  return (a + (b - a) * smooth) * 1.7f;  // to unit standard deviation
}

// Live input has its own flags (InputSource). A key's level passes through everything from and to silence.
void DdspModel::tell_range(const Voice& v, float midi, float db) noexcept {
  if (played_ == nullptr || v.source == VoiceSource::kInput || v.released) return;
  const ddsp::Config& config = runtime_->model().config();
  if (db <= config.power_floor_db + kSilentDb) return;
  uint8_t flags = beyond_training(midi, db, config);
  if (v.source == VoiceSource::kKey) flags &= static_cast<uint8_t>(~kPowerLow);
  if (flags != 0) played_->fetch_or(flags, std::memory_order_relaxed);
}

ddsp::VoiceInput DdspModel::condition(Voice& v, uint64_t frame, float deviation) noexcept {
  const ddsp::Config& config = runtime_->model().config();
  v.pitch.set_vibrato(frame, controls_.at(voice::kVibratoRate, frame), spec_.rate);
  const float depth = controls_.at(voice::kVibratoDepth, frame) / 100;
  const float delay = controls_.at(voice::kVibratoDelay, frame);
  float midi = v.pitch.note(frame) + controls_.at(voice::kTranspose, frame) +
               controls_.at(voice::kBend, frame) + depth * v.pitch.vibrato(frame, delay, spec_.rate) +
               deviation / 100 + controls_.at(schema::ddsp::kConditionPitch, frame);
  const float wander = controls_.at(schema::ddsp::kFluctuation, frame) * v.shape.fluctuation_db();
  float db = level_db(v, frame) + wander * fluctuation(v, frame, 2) + kPressureDb * v.pressure.at(frame) +
             controls_.at(voice::kLoudness, frame) + offset_db(v, frame) + v.moved.db;
  tell_range(v, midi, db);
  if (rails_) {
    if (config.pitch_midi) {
      midi =
          std::clamp(midi, config.pitch_midi->p1 - kRailsSemitones, config.pitch_midi->p99 + kRailsSemitones);
    }
    if (config.note_power_db) db = std::min(db, config.note_power_db->p95 + kRailsDb);
    db = std::max(db, config.power_floor_db);
  }
  return {midi, db};
}

void DdspModel::address(const Voice& v, uint16_t slot, float deviation) noexcept {
  static_cast<DdspFrameHead&>(outgoing_) = {};
  outgoing_.voice = slot;
  outgoing_.generation = v.generation;
  outgoing_.index = v.base_index + v.next_index;
  outgoing_.cents = deviation;
}

void DdspModel::send(Voice& v, uint16_t slot, const ddsp::ControlFrame& frame, float deviation, float gain,
                     bool last) noexcept {
  address(v, slot, deviation);
  outgoing_.last = last;
  outgoing_.begins = (v.source == VoiceSource::kInput || v.base_index > 0) && v.next_index == 0;
  outgoing_.anchor = v.start;
  outgoing_.pulses = v.moved.pulses;
  outgoing_.pulses_hz = v.moved.pulses_hz;
  ++v.next_index;
  outgoing_.harmonic_count = last ? 0 : frame.harmonic_count;
  for (int32_t k = 0; k < outgoing_.harmonic_count; ++k) outgoing_.harmonics[k] = gain * frame.harmonics[k];
  outgoing_.tap_count = runtime_->noise_filter_.taps();
  const std::span<float> taps{outgoing_.taps, static_cast<size_t>(outgoing_.tap_count)};
  if (last) {
    std::fill(taps.begin(), taps.end(), 0.f);
    v.active = false;
  } else {
    runtime_->noise_filter_.design({frame.noise, static_cast<size_t>(frame.noise_count)}, taps);
    for (float& tap : taps) tap *= gain * runtime_->noise_filter_.white_level();
  }
  if (!frames_->try_enqueue(outgoing_)) spec_.metrics->late_frames.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace continuo
