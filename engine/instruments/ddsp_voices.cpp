// The audio half of a DDSP part.
#include "engine/instruments/ddsp_voices.h"

#include <algorithm>
#include <cmath>

namespace continuo {

namespace voice = schema::voice;

namespace {
// Models learn the level of their recordings, as a rule close to full scale; a chord needs room.
constexpr float kHeadroom = 0.35f;
constexpr double kOpenSeconds = 0.001, kKillSeconds = 0.005;
constexpr double kHoldSeconds = 0.04, kFadeSeconds = 0.1;  // what a missing frame gets
constexpr double kPatienceSeconds = 1;                     // then a note without frames is given up
}  // namespace

DdspVoices::DdspVoices(const InstrumentSpec& spec, uint32_t hop_frames,
                       std::shared_ptr<DdspFrameQueue> frames, std::shared_ptr<listen::InputRing> input)
    : spec_(spec),
      hop_(hop_frames),
      frames_(std::move(frames)),
      input_(std::move(input)),
      controls_(schema::parameters(schema::Kind::kDdsp)) {
  for (Voice& v : voices_) {
    v.bank.prepare(spec.rate);
    v.noise.prepare(DdspFrame::kMaxTaps);
    v.pending.resize(ddsp_frames_ahead(hop_));
    v.filled.resize(v.pending.size());
  }
  noise_gain_.set(1, 1, 0, rt::kTickFrames);
}

void DdspVoices::receive() noexcept {
  while (const DdspFrame* incoming = frames_->peek()) {
    if (incoming->voice < rt::kMaxVoices) {
      Voice& v = voices_[incoming->voice];
      if (incoming->generation != v.pending_generation) {
        v.pending_generation = incoming->generation;
        std::fill(v.filled.begin(), v.filled.end(), uint8_t{0});
      }
      const size_t place = incoming->index % v.pending.size();
      v.pending[place] = *incoming;
      v.filled[place] = 1;
    }
    frames_->pop();
  }
}

void DdspVoices::hear(uint64_t frame, const float* const* inputs, uint32_t channels,
                      uint32_t offset) noexcept {
  heard_ = inputs;
  heard_channels_ = inputs == nullptr ? 0 : channels;
  heard_frame_ = frame;
  heard_offset_ = offset;
}

// A channel that the device does not have is silent.
void DdspVoices::listen(uint64_t frame, std::span<float> out) noexcept {
  const auto channel = static_cast<uint32_t>(controls_.target(schema::ddsp::kInputChannel));
  if (input_ == nullptr || channel == 0) return;
  const float* in =
      channel <= heard_channels_ ? heard_[channel - 1] + heard_offset_ + (frame - heard_frame_) : nullptr;
  input_->push(frame, in, static_cast<uint32_t>(out.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    const float mix = controls_.at(schema::ddsp::kInputMix, frame + i);
    if (mix < 1) out[i] = out[i] * mix + (in == nullptr ? 0.f : in[i] * (1 - mix));
  }
}

void DdspVoices::handle(const rt::Command& command, uint64_t frame) noexcept {
  using enum rt::CommandKind;
  Voice* known = nullptr;
  if (command.voice < rt::kMaxVoices) {
    Voice& v = voices_[command.voice];
    const bool same = command.kind == kNoteOff || command.kind == kKillVoice || command.kind == kExpression;
    if (same && v.stage != Stage::kIdle && v.generation == command.generation) known = &v;
  }
  switch (command.kind) {
    case kParameter:
      controls_.handle(command);
      for (Voice& v : voices_) v.dirty = true;
      break;
    case kNoteOn:
      start(command, frame);
      break;
    case kNoteOff:
      if (known != nullptr) release(*known, frame);
      break;
    case kKillVoice:
      if (known != nullptr) kill(*known, frame);
      break;
    case kExpression:
      if (known == nullptr) break;
      known->dirty = true;
      if (command.index == static_cast<uint16_t>(rt::Expression::kBend)) {
        known->pitch.bend(command.value, frame, command.ramp_frames);
      } else if (command.index == static_cast<uint16_t>(rt::Expression::kPitch)) {
        known->pitch.go(command.value, frame, command.ramp_frames);
      }
      break;
    case kAllNotesOff:
      for (Voice& v : voices_) {
        if (v.stage != Stage::kIdle) release(v, frame);
      }
      break;
    case kSilence:
      for (Voice& v : voices_) {
        if (v.stage != Stage::kIdle) kill(v, frame);
      }
      break;
    default:
      break;
  }
}

void DdspVoices::start(const rt::Command& command, uint64_t frame) noexcept {
  if (command.voice >= rt::kMaxVoices) return;
  Voice& v = voices_[command.voice];
  v.stage = command.index == static_cast<uint16_t>(VoiceSource::kInput) ? Stage::kResting : Stage::kWaiting;
  v.killed = v.last = v.rests = v.late = false;
  v.next_index = 0;
  v.generation = command.note.generation;
  v.asked = frame;
  v.pitch.start(command.note, frame);
  v.envelope.start(frame,
                   {controls_.at(voice::kAttack, frame), controls_.at(voice::kDecay, frame),
                    db_to_gain(controls_.at(voice::kSustain, frame)), controls_.at(voice::kRelease, frame)},
                   spec_.rate);
  v.open.set(0);
  v.present.set(1);
  v.bank.reset();
  v.noise.reset(command.note.seed);
  v.pulses.start(command.note.seed);
}

void DdspVoices::release(Voice& v, uint64_t frame) noexcept {
  v.envelope.release(frame, controls_.at(voice::kRelease, frame));
  v.dirty = true;
}

void DdspVoices::kill(Voice& v, uint64_t frame) noexcept {
  if (v.killed) return;
  v.killed = true;
  v.open.go(0, frame, static_cast<uint32_t>(spec_.rate * kKillSeconds));
}

const DdspFrame* DdspVoices::peek(const Voice& v, uint32_t index) const noexcept {
  const size_t place = index % v.pending.size();
  const bool there =
      v.pending_generation == v.generation && v.filled[place] != 0 && v.pending[place].index == index;
  return there ? &v.pending[place] : nullptr;
}

// The frame with which a worker that gave up some goes on.
const DdspFrame* DdspVoices::earliest_after(const Voice& v, uint32_t index) const noexcept {
  const DdspFrame* earliest = nullptr;
  if (v.pending_generation != v.generation) return earliest;
  for (size_t place = 0; place < v.pending.size(); ++place) {
    const DdspFrame& frame = v.pending[place];
    if (v.filled[place] == 0 || frame.index <= index) continue;
    if (earliest == nullptr || frame.index < earliest->index) earliest = &frame;
  }
  return earliest;
}

// A note sounds as soon as its first frame is there, at its exact frame; should the second be late, the first
// is held.
bool DdspVoices::begin(Voice& v, uint64_t frame) noexcept {
  if (v.stage == Stage::kResting) {
    const DdspFrame* next = peek(v, v.next_index);
    if (next == nullptr || !next->begins || next->anchor > frame) return false;
    v.bank.reset();
    v.open.set(0);
    begin_with(v, *next, frame);
    // A voice that its worker woke too late keeps its time, as a late frame does.
    v.begun = next->anchor - uint64_t{hop_} * next->index;
    return true;
  }
  const DdspFrame* first = peek(v, 0);
  if (first == nullptr) {
    if (!v.late) spec_.metrics->late_starts.fetch_add(1, std::memory_order_relaxed);
    v.late = true;
    return false;
  }
  begin_with(v, *first, frame);
  v.begun = frame;
  return true;
}

void DdspVoices::begin_with(Voice& v, const DdspFrame& first, uint64_t frame) noexcept {
  v.stage = Stage::kPlaying;
  v.late = v.rests = false;
  v.dirty = true;
  if (!v.killed) v.open.go(1, frame, static_cast<uint32_t>(spec_.rate * kOpenSeconds));
  std::copy_n(first.harmonics, first.harmonic_count, v.target.begin());
  std::fill(v.target.begin() + first.harmonic_count, v.target.end(), 0.f);
  v.noise.set_frame({first.taps, static_cast<size_t>(first.tap_count)});
  v.cents_from = v.cents_to = first.cents;
  v.pulses_from = v.pulses_to = first.pulses;
  if (first.pulses_hz > 0) v.pulses.set_rate(static_cast<double>(first.pulses_hz), spec_.rate);
  v.last = first.last;
  aim(v, 0);
  v.next_index = first.index + 1;
  v.position = hop_;  // render_voice() takes the next frame at once
}

// At a control frame's own sample: the target was reached, the next one becomes the target.
void DdspVoices::next_frame(Voice& v, uint64_t frame) noexcept {
  const DdspFrame* next = peek(v, v.next_index);
  if (next == nullptr) next = earliest_after(v, v.next_index);
  const DdspFrame* reached = peek(v, v.next_index - 1);
  if (reached != nullptr && !v.late)
    v.noise.set_frame({reached->taps, static_cast<size_t>(reached->tap_count)});
  if (next == nullptr) {
    if (!v.late) {
      spec_.metrics->late_frames.fetch_add(1, std::memory_order_relaxed);
      v.held_since = frame;
    }
    v.late = true;
    v.cents_from = v.cents_to;
    v.pulses_from = v.pulses_to;
    const double held = static_cast<double>(frame - v.held_since);
    if (held >= kHoldSeconds * spec_.rate && v.present.target() > 0) {
      v.present.go(0, frame, static_cast<uint32_t>(kFadeSeconds * spec_.rate));
    }
    return;
  }
  if (v.late && v.present.target() < 1) v.present.go(1, frame, hop_);
  v.late = false;
  std::copy_n(next->harmonics, next->harmonic_count, v.target.begin());
  std::fill(v.target.begin() + next->harmonic_count, v.target.end(), 0.f);
  v.cents_from = v.cents_to;
  v.cents_to = next->cents;
  v.pulses_from = v.pulses_to;
  v.pulses_to = next->pulses;
  if (next->pulses_hz > 0) v.pulses.set_rate(static_cast<double>(next->pulses_hz), spec_.rate);
  v.last = next->last;
  v.rests = next->rests;
  // A frame that came late has the rest of its hop, or a tick if that is over: the note keeps its time.
  const uint64_t from = v.begun + uint64_t{hop_} * (next->index - 1);
  const uint64_t gone = frame - std::min(frame, from);
  v.position = v.line_start = static_cast<uint32_t>(std::min<uint64_t>(gone, hop_ - rt::kTickFrames));
  v.next_index = next->index + 1;
  aim(v, hop_ - v.position);
}

void DdspVoices::aim(Voice& v, uint32_t frames) noexcept {
  alignas(64) float edited[ddsp::kMaximumHarmonics];
  const auto weights = edit_.weights();
  for (size_t k = 0; k < v.target.size(); ++k) edited[k] = v.target[k] * weights[k];
  v.bank.set_amplitudes(edited, static_cast<int>(frames));
}

void DdspVoices::update(Voice& v, uint64_t frame, bool edited) noexcept {
  const auto frames = static_cast<uint32_t>(rt::kTickFrames - frame % rt::kTickFrames);
  const float depth = controls_.at(voice::kVibratoDepth, frame) / 100;
  const float delay = controls_.at(voice::kVibratoDelay, frame);
  v.pitch.set_vibrato(frame, controls_.at(voice::kVibratoRate, frame), spec_.rate);
  const auto hz = [&](uint64_t f) {
    const auto gone = static_cast<float>(v.position - v.line_start + (f - frame));
    const float along = std::min(1.f, gone / static_cast<float>(hop_ - v.line_start));
    const float cents = v.cents_from + (v.cents_to - v.cents_from) * along;
    const float midi = v.pitch.note(f) + controls_.at(voice::kTranspose, f) + controls_.at(voice::kBend, f) +
                       (depth == 0 ? 0.f : depth * v.pitch.vibrato(f, delay, spec_.rate)) + cents / 100;
    return midi_to_hz(midi);
  };
  v.bank.set_frequency(hz(frame), hz(frame + frames), static_cast<int>(frames));
  if (edited) aim(v, v.position < hop_ ? hop_ - v.position : frames);
  if (adsr()) {
    v.gain.set(v.envelope.gain(frame), v.envelope.gain(frame + frames), frame, frames);
  } else {
    v.gain.set(1, 1, frame, frames);
  }
  v.dirty = false;
}

// The samples from `position` on fall apart into pulses.
void DdspVoices::pulse(Voice& v, std::span<float> tones, std::span<float> noise) noexcept {
  const float slope = (v.pulses_to - v.pulses_from) / static_cast<float>(hop_);
  for (size_t i = 0; i < tones.size(); ++i) {
    const auto along = static_cast<float>(std::min<size_t>(v.position + i, hop_));
    const float amount = v.pulses_from + slope * along;
    const float gain = 1 + amount * (v.pulses.next() - 1);
    tones[i] *= gain;
    noise[i] *= gain;
  }
}

void DdspVoices::render_voice(Voice& v, uint64_t frame, std::span<float> out) noexcept {
  alignas(64) float tones[rt::kTickFrames], noise[rt::kTickFrames];
  size_t done = 0;
  while (done < out.size()) {
    if (v.position >= hop_ && v.rests) {  // silent from here on
      v.stage = Stage::kResting;
      std::fill(tones + done, tones + out.size(), 0.f);
      std::fill(noise + done, noise + out.size(), 0.f);
      break;
    }
    if (v.position >= hop_ && !v.last) next_frame(v, frame + done);
    const size_t left = out.size() - done;
    const size_t n = v.position < hop_ ? std::min<size_t>(left, hop_ - v.position) : left;
    v.bank.process({tones + done, n});
    v.noise.process({noise + done, n});
    if (v.pulses_from > 0 || v.pulses_to > 0) pulse(v, {tones + done, n}, {noise + done, n});
    if (v.position < hop_) v.position += static_cast<uint32_t>(n);
    done += n;
  }
  const bool still =
      !v.open.moving(frame) && !v.present.moving(frame) && v.gain.still() && noise_gain_.still();
  if (still) {  // the same bits as below, for all samples at once
    const float noise_gain = noise_gain_.from;
    const float gain = kHeadroom * v.gain.from * v.open.target() * v.present.target();
    for (size_t i = 0; i < out.size(); ++i) out[i] += (tones[i] + noise[i] * noise_gain) * gain;
    return;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    const uint64_t f = frame + i;
    const float gain = kHeadroom * v.gain.at(f) * v.open.at(f) * v.present.at(f);
    out[i] += (tones[i] + noise[i] * noise_gain_.at(f)) * gain;
  }
}

bool DdspVoices::ended(const Voice& v, uint64_t frame) const noexcept {
  if (v.killed && !v.open.moving(frame)) return true;
  if (v.stage == Stage::kWaiting) {
    return static_cast<double>(frame - std::min(frame, v.asked)) > kPatienceSeconds * spec_.rate;
  }
  if (v.stage == Stage::kResting) return v.envelope.released();
  if (v.last && v.position >= hop_) return true;
  if (v.late && v.envelope.released() && !v.present.moving(frame) && v.present.target() == 0) return true;
  return adsr() && v.envelope.ended(frame);
}

void DdspVoices::render(uint64_t frame, std::span<float> out, EventQueue& events) noexcept {
  const bool tick = frame % rt::kTickFrames == 0;
  bool dirty = tick;
  for (const Voice& v : voices_) dirty |= v.stage != Stage::kIdle && v.dirty;
  bool edited = false;
  if (dirty) {
    const uint64_t end = frame - frame % rt::kTickFrames + rt::kTickFrames;
    const auto gain = [](float db) { return db <= -60 ? 0.f : db_to_gain(db); };
    edited = edit_.set(controls_.at(voice::kBrightness, end), controls_.at(voice::kOddEven, end),
                       gain(controls_.at(schema::ddsp::kHarmonicGain, end)));
    noise_gain_.set(gain(controls_.at(schema::ddsp::kNoiseGain, frame)),
                    gain(controls_.at(schema::ddsp::kNoiseGain, end)), frame,
                    static_cast<uint32_t>(end - frame));
  }
  for (size_t slot = 0; slot < voices_.size(); ++slot) {
    Voice& v = voices_[slot];
    if (v.stage == Stage::kIdle) continue;
    if (v.stage == Stage::kPlaying || begin(v, frame)) {
      if (tick || v.dirty || edited) update(v, frame, edited);
      render_voice(v, frame, out);
    }
    const uint64_t end = frame + out.size();
    if (end % rt::kTickFrames != 0 || !ended(v, end)) continue;  // voices end on ticks, whatever the block
    v.stage = Stage::kIdle;
    (void)events.try_enqueue(rt::voice_ended(end, spec_.part, static_cast<uint16_t>(slot), v.generation));
  }
  listen(frame, out);
}

}  // namespace continuo
