// What makes sound: the half of an instrument that lives in the callback, and the half that lives on a
// worker.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/rt/command.h"
#include "engine/rt/metrics.h"
#include "engine/rt/queues.h"
#include "engine/rt/realtime.h"

namespace continuo {

struct InstrumentSpec {
  double rate = 48000;       // of the device
  uint32_t lead_frames = 0;  // how long before its frame a model frame must be computed
  uint8_t part = 0;
  rt::Metrics* metrics = nullptr;
};

// Where an instrument reports that a voice has ended (audio thread; wait-free).
using EventQueue = rt::SpscQueue<rt::Event>;

// Audio thread, all of it. Everything was allocated when it was made.
class Instrument {
 public:
  virtual ~Instrument() = default;
  // A command at its exact frame: kParameter, notes, expression, kAllNotesOff, kSilence, kResetSeeds.
  virtual void handle(const rt::Command& command, uint64_t frame) noexcept = 0;
  // Once at the start of each callback: takes what the worker sent.
  virtual void receive() noexcept = 0;
  // Before the frames from `frame` on are rendered: the device's inputs, `channels` planes whose sample
  // `offset` is that of `frame`. They hold until the next call.
  virtual void hear(uint64_t frame, const float* const* inputs, uint32_t channels, uint32_t offset) noexcept {
    (void)frame, (void)inputs, (void)channels, (void)offset;
  }
  // Writes `out.size()` <= kTickFrames mono samples from `frame`; a call never crosses a multiple of
  // kTickFrames or a command. Ended voices are told through `events`.
  virtual void render(uint64_t frame, std::span<float> out, EventQueue& events) noexcept = 0;
  // Rails off: nothing is clamped, gated or revived before the limiter.
  virtual void set_rails(bool on) noexcept = 0;
};

// Worker thread, all of it. Sees the same commands as the audio half, with the same frames.
class ModelHalf {
 public:
  virtual ~ModelHalf() = default;
  virtual void handle(const rt::Command& command) noexcept = 0;
  // The frame at which the next step falls due; UINT64_MAX when nothing sounds.
  [[nodiscard]] virtual uint64_t next_due() const noexcept = 0;
  // By how many frames steps run before that: the more there is to do in one go, the earlier it begins.
  // Depends on nothing but the commands so far.
  [[nodiscard]] virtual uint32_t early_frames() const noexcept { return 0; }
  // One step of at most 1 ms: what is due at next_due(), and what it takes along of what falls due soon
  // after.
  virtual void step() noexcept = 0;
  // Too much was asked of this machine: steps that fell due before `frame` are given up, so that it catches
  // up.
  virtual void skip_before(uint64_t frame) noexcept = 0;
  // A model that nobody reads any more, or null.
  virtual void* take_retired() noexcept = 0;
  // Nothing is asked of it any more but take_retired(), which now gives the models that were in use.
  virtual void leave() noexcept = 0;
};

// The two halves of a new part. `model` is null for instruments that need no network.
struct InstrumentPair {
  std::unique_ptr<Instrument> audio;
  std::unique_ptr<ModelHalf> model;
};

}  // namespace continuo
