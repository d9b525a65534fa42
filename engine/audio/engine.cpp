// Everything that sounds.
#include "engine/audio/engine.h"

#include <algorithm>
#include <cmath>

#include "engine/rt/realtime.h"

namespace continuo {

namespace {
constexpr uint32_t kQueueLength = 8192, kChunk = 2048;
constexpr double kFadeSeconds = 0.01;
}  // namespace

Engine::Engine(const EngineSpec& spec)
    : spec_(spec),
      commands_(kQueueLength),
      events_(kQueueLength),
      schedule_(std::make_unique<rt::Schedule>()),
      master_(spec.rate, spec.outputs),
      mix_(spec.outputs, std::vector<float>(kChunk)),
      send_(kChunk),
      stem_left_(rt::kMaxParts, std::vector<float>(kChunk)),
      stem_right_(rt::kMaxParts, std::vector<float>(kChunk)) {
  group_.reserve(kMaxGroup);
  clock_.prepare(spec.rate);
  for (Part& part : parts_) part.strip.prepare(spec.rate);
  for (auto& channel : mix_) mix_pointers_.push_back(channel.data());
}

// The stage owns the instruments; the engine only plays them.
Engine::~Engine() = default;

bool Engine::post(std::span<const rt::Command> commands) noexcept {
  if (commands.empty()) return true;
  if (commands.size() > kMaxGroup || commands_.size_approx() + commands.size() > kQueueLength ||
      scheduled_.load(std::memory_order_relaxed) + commands.size() > rt::Schedule::kCapacity) {
    return false;
  }
  for (const rt::Command& command : commands) {
    if (!commands_.try_enqueue(command)) return false;
  }
  return true;
}

void Engine::process(const AudioBlock& block) noexcept {
  const rt::RealtimeScope realtime;
  rt::disable_denormals();
  const int64_t start = block.time_ns;
  const double period_ns = last_frames_ * 1e9 / spec_.rate;
  const bool gap = last_frames_ != 0 && static_cast<double>(start - last_start_ns_) > 1.5 * period_ns;
  count_xruns(gap, block.backend_xrun, false);
  last_start_ns_ = start;
  last_frames_ = block.frames;

  clock_.advance(frame_, block.frames, start);
  receive_commands();
  for (Part& part : parts_) {
    if (part.instrument != nullptr) part.instrument->receive();
    if (part.outgoing != nullptr) part.outgoing->receive();
  }
  for (uint32_t offset = 0; offset < block.frames; offset += kChunk) {
    process_chunk(block, offset, std::min(kChunk, block.frames - offset));
  }
  scheduled_.store(schedule_->size(), std::memory_order_relaxed);

  const int64_t spent = rt::monotonic_ns() - start;
  metrics_.callback.add(spent);
  count_xruns(false, false, static_cast<double>(spent) > block.frames * 1e9 / spec_.rate);
  metrics_.callbacks.fetch_add(1, std::memory_order_relaxed);
}

// One incident is counted once: a callback that takes too long leaves a gap behind it, and the back end tells
// of both later.
void Engine::count_xruns(bool gap, bool told, bool too_long) noexcept {
  const auto count = [](std::atomic<uint64_t>& counter, bool add) {
    if (add) counter.fetch_add(1, std::memory_order_relaxed);
  };
  count(metrics_.xrun_gap, gap);
  count(metrics_.xrun_backend, told);
  count(metrics_.xrun_long, too_long);
  const uint64_t callback = metrics_.callbacks.load(std::memory_order_relaxed);
  const uint64_t since = callback - last_xrun_;
  const bool news = too_long || (gap && !(since == 1 && last_xrun_was_long_)) || (told && !gap && since > 3);
  if (!news) return;
  count(metrics_.xruns, true);
  last_xrun_ = callback;
  last_xrun_was_long_ = too_long;
}

void Engine::process_chunk(const AudioBlock& block, uint32_t offset, uint32_t frames) noexcept {
  heard_ = {frame_, block.inputs, block.input_channels, offset};
  for (Part& part : parts_) {
    if (part.instrument != nullptr) part.instrument->hear(frame_, block.inputs, block.input_channels, offset);
    if (part.outgoing != nullptr) part.outgoing->hear(frame_, nullptr, 0, 0);
  }
  for (uint32_t done = 0; done < frames;) {
    while (schedule_->next_frame() <= frame_) {
      const rt::Command command = schedule_->pop();
      if (command.frame < frame_) metrics_.late_commands.fetch_add(1, std::memory_order_relaxed);
      apply(command, frame_);
    }
    const auto to_tick = static_cast<uint32_t>(rt::kTickFrames - frame_ % rt::kTickFrames);
    const uint64_t to_command = schedule_->next_frame() - frame_;
    const auto n = static_cast<uint32_t>(std::min<uint64_t>({frames - done, to_tick, to_command}));
    render(frame_, done, n);
    done += n;
    frame_ += n;
  }
  const uint64_t first = frame_ - frames;
  master_.process(first, mix_pointers_.data(), send_.data(), frames);
  if (SendReverb* old = master_.take_retired()) {
    tell(rt::EventKind::kRetired, frame_, 0, old, static_cast<uint16_t>(rt::CommandKind::kSendImpulse), 0);
  }
  for (uint32_t channel = 0; channel < block.output_channels; ++channel) {
    float* out = block.outputs[channel] + offset;
    if (channel < spec_.outputs) {
      std::copy_n(mix_[channel].data(), frames, out);
    } else {
      std::fill_n(out, frames, 0.f);
    }
  }
  if (master_tap_ != nullptr) master_tap_->push(first, mix_pointers_.data(), spec_.outputs, frames);
  for (uint8_t number = 0; number < rt::kMaxParts; ++number) {
    if (parts_[number].tap == nullptr) continue;
    const float* stereo[] = {stem_left_[number].data(), stem_right_[number].data()};
    parts_[number].tap->push(first, stereo, 2, frames);
  }
}

void Engine::receive_commands() noexcept {
  rt::Command command;
  while (commands_.try_dequeue(command)) {
    if (command.kind == rt::CommandKind::kClearScheduled) {
      schedule_->clear_scheduled([this](const rt::Command& dropped) {
        if (dropped.kind == rt::CommandKind::kNoteOn) tell_ended(dropped);
      });
      continue;
    }
    if (group_.size() < kMaxGroup) group_.push_back(command);
    if (!command.last_of_group) continue;
    for (const rt::Command& member : group_) {
      if (!schedule_->push(member)) metrics_.dropped_commands.fetch_add(1, std::memory_order_relaxed);
    }
    group_.clear();
  }
}

void Engine::apply(const rt::Command& command, uint64_t frame) noexcept {
  using enum rt::CommandKind;
  metrics_.commands.fetch_add(1, std::memory_order_relaxed);
  Part& part = parts_[command.part % rt::kMaxParts];
  switch (command.kind) {
    case kStripParameter:
      part.strip.set(command.index, command.value, frame, command.ramp_frames);
      if (command.index == schema::strip::kSolo) update_solo(frame);
      if (command.index == schema::strip::kRails && part.instrument != nullptr) {
        part.instrument->set_rails(part.strip.rails());
      }
      break;
    case kMasterParameter:
      master_.set(command.index, command.value, frame, command.ramp_frames);
      break;
    case kInstall:
      replace(part, static_cast<Instrument*>(command.pointer), frame);
      break;
    case kRemove:
      replace(part, nullptr, frame);
      break;
    case kSendImpulse:
      master_.set_reverb(static_cast<SendReverb*>(command.pointer), frame);
      break;
    case kTap: {
      BlockSink*& tap = command.index == rt::kMasterTap ? master_tap_ : part.tap;
      if (tap != nullptr) tell(rt::EventKind::kTapStopped, frame, 0, tap, command.index, command.part);
      tap = static_cast<BlockSink*>(command.pointer);
      break;
    }
    case kBarrier:
      tell(rt::EventKind::kBarrier, frame, command.sequence, nullptr, 0, command.part);
      return;
    case kResetSeeds:
    case kSwapModel:
    case kClearScheduled:
      break;
    default:
      if (part.instrument != nullptr) part.instrument->handle(command, frame);
  }
  if (command.sequence != 0) tell(rt::EventKind::kApplied, frame, command.sequence, nullptr, 0, command.part);
}

void Engine::replace(Part& part, Instrument* with, uint64_t frame) noexcept {
  const auto number = static_cast<uint8_t>(&part - parts_.data());
  constexpr auto kBrought = static_cast<uint16_t>(rt::CommandKind::kInstall);
  if (part.outgoing != nullptr) tell(rt::EventKind::kRetired, frame, 0, part.outgoing, kBrought, number);
  part.outgoing = part.instrument;
  part.outgoing_gain.set(1);
  part.outgoing_gain.go(0, frame, static_cast<uint32_t>(spec_.rate * kFadeSeconds));
  part.instrument = with;
  if (part.outgoing != nullptr) part.outgoing->hear(frame, nullptr, 0, 0);
  if (with == nullptr) return;
  with->set_rails(part.strip.rails());
  with->hear(heard_.frame, heard_.inputs, heard_.channels, heard_.offset);  // it comes within a block
}

void Engine::update_solo(uint64_t frame) noexcept {
  const bool any = std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.strip.solo(); });
  for (Part& part : parts_) part.strip.set_audible(!any || part.strip.solo(), frame);
}

void Engine::render(uint64_t frame, uint32_t offset, uint32_t frames) noexcept {
  for (auto& channel : mix_) std::fill_n(channel.data() + offset, frames, 0.f);
  std::fill_n(send_.data() + offset, frames, 0.f);
  for (uint8_t number = 0; number < rt::kMaxParts; ++number) {
    Part& part = parts_[number];
    if (part.instrument != nullptr || part.outgoing != nullptr) {
      render_part(part, number, frame, offset, frames);
    } else if (part.tap != nullptr) {
      std::fill_n(stem_left_[number].data() + offset, frames, 0.f);
      std::fill_n(stem_right_[number].data() + offset, frames, 0.f);
    }
  }
}

void Engine::render_part(Part& part, uint8_t number, uint64_t frame, uint32_t offset,
                         uint32_t frames) noexcept {
  alignas(64) float mono[rt::kTickFrames] = {}, other[rt::kTickFrames] = {};
  alignas(64) float left[rt::kTickFrames], right[rt::kTickFrames], send[rt::kTickFrames];
  if (part.instrument != nullptr) part.instrument->render(frame, {mono, frames}, events_);
  if (part.outgoing != nullptr) {
    part.outgoing->render(frame, {other, frames}, events_);
    for (uint32_t i = 0; i < frames; ++i) mono[i] += other[i] * part.outgoing_gain.at(frame + i);
    if (!part.outgoing_gain.moving(frame + frames)) {
      tell(rt::EventKind::kRetired, frame, 0, part.outgoing, static_cast<uint16_t>(rt::CommandKind::kInstall),
           number);
      part.outgoing = nullptr;
    }
  }
  for (uint32_t i = 0; i < frames; ++i) {
    if (std::isfinite(mono[i])) continue;
    mono[i] = 0;
    metrics_.not_finite.fetch_add(1, std::memory_order_relaxed);
  }
  part.strip.process(frame, {mono, frames}, left, right, send);
  const uint32_t first = std::min(part.strip.first_channel(), spec_.outputs - 1);
  const uint32_t second = std::min(first + 1, spec_.outputs - 1);
  float* out_left = mix_[first].data() + offset;
  float* out_right = mix_[second].data() + offset;
  float* out_send = send_.data() + offset;
  for (uint32_t i = 0; i < frames; ++i) out_left[i] += left[i];
  for (uint32_t i = 0; i < frames; ++i) out_right[i] += right[i];
  for (uint32_t i = 0; i < frames; ++i) out_send[i] += send[i];
  if (part.tap != nullptr) {
    std::copy_n(left, frames, stem_left_[number].data() + offset);
    std::copy_n(right, frames, stem_right_[number].data() + offset);
  }
}

// A note that was taken back before it began: its voice is free again.
void Engine::tell_ended(const rt::Command& note_on) noexcept {
  const rt::Event event = rt::voice_ended(frame_, note_on.part, note_on.voice, note_on.note.generation);
  if (!events_.try_enqueue(event)) metrics_.dropped_events.fetch_add(1, std::memory_order_relaxed);
}

void Engine::tell(rt::EventKind kind, uint64_t frame, uint32_t sequence, void* pointer, uint16_t index,
                  uint8_t part) noexcept {
  rt::Event event;
  event.kind = kind;
  event.frame = frame;
  event.sequence = sequence;
  event.pointer = pointer;
  event.index = index;
  event.part = part;
  if (!events_.try_enqueue(event)) metrics_.dropped_events.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace continuo
