// Everything that sounds: the parts' instruments and strips, the send, the master. Lives in the audio
// callback.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/audio/block_sink.h"
#include "engine/audio/device.h"
#include "engine/audio/master.h"
#include "engine/audio/strip.h"
#include "engine/instruments/instrument.h"
#include "engine/rt/command.h"
#include "engine/rt/frame_clock.h"
#include "engine/rt/metrics.h"
#include "engine/rt/queues.h"
#include "engine/rt/schedule.h"

namespace continuo {

struct EngineSpec {
  double rate = 48000;
  uint32_t outputs = 2;  // channels
};

class Engine final : public AudioCallback {
 public:
  // Commands that can act as one.
  static constexpr uint32_t kMaxGroup = 1024;

  explicit Engine(const EngineSpec& spec);
  ~Engine() override;

  // Control thread. A group of commands: all or nothing; false: the queue is full.
  [[nodiscard]] bool post(std::span<const rt::Command> commands) noexcept;
  // Control thread. What the audio thread has to tell.
  [[nodiscard]] bool poll(rt::Event& event) noexcept { return events_.try_dequeue(event); }
  // Control thread. Commands posted and not yet due.
  [[nodiscard]] uint32_t scheduled() const noexcept { return scheduled_.load(std::memory_order_relaxed); }

  // Audio thread. Any number of frames.
  void process(const AudioBlock& block) noexcept override;

  // Any thread.
  [[nodiscard]] const rt::FrameClock& clock() const noexcept { return clock_; }
  [[nodiscard]] rt::Metrics& metrics() noexcept { return metrics_; }
  [[nodiscard]] const EngineSpec& spec() const noexcept { return spec_; }
  // What the master's look-ahead adds to the device's latency.
  [[nodiscard]] uint32_t latency_frames() const noexcept { return master_.latency_frames(); }
  // Control thread: peaks since the last call, linear.
  [[nodiscard]] float take_peak(int part) noexcept {
    return parts_[static_cast<size_t>(part)].strip.meter.take();
  }
  [[nodiscard]] float take_master_peak() noexcept { return master_.meter.take(); }
  [[nodiscard]] float gain_reduction_db() const noexcept { return master_.gain_reduction_db(); }

 private:
  struct Part {
    Instrument* instrument = nullptr;
    Instrument* outgoing = nullptr;  // fades for kFadeSeconds after it was replaced
    rt::Ramped outgoing_gain;
    Strip strip;
    BlockSink* tap = nullptr;
  };

  void count_xruns(bool gap, bool told, bool too_long) noexcept;
  void receive_commands() noexcept;
  void apply(const rt::Command& command, uint64_t frame) noexcept;
  void replace(Part& part, Instrument* with, uint64_t frame) noexcept;
  void update_solo(uint64_t frame) noexcept;
  void render(uint64_t frame, uint32_t offset, uint32_t frames) noexcept;
  void render_part(Part& part, uint8_t number, uint64_t frame, uint32_t offset, uint32_t frames) noexcept;
  void tell(rt::EventKind kind, uint64_t frame, uint32_t sequence, void* pointer, uint16_t index,
            uint8_t part) noexcept;
  void tell_ended(const rt::Command& note_on) noexcept;
  void process_chunk(const AudioBlock& block, uint32_t offset, uint32_t frames) noexcept;

  EngineSpec spec_;
  rt::FrameClock clock_;
  rt::Metrics metrics_;
  rt::SpscQueue<rt::Command> commands_;
  rt::SpscQueue<rt::Event> events_;
  std::unique_ptr<rt::Schedule> schedule_;
  std::vector<rt::Command> group_;  // a group whose end has not come yet
  std::atomic<uint32_t> scheduled_{0};
  std::array<Part, rt::kMaxParts> parts_;
  Master master_;
  BlockSink* master_tap_ = nullptr;
  std::vector<std::vector<float>> mix_;                     // [outputs][kChunk]
  std::vector<float> send_;                                 // [kChunk]
  std::vector<std::vector<float>> stem_left_, stem_right_;  // [parts][kChunk]
  std::vector<float*> mix_pointers_;
  uint64_t frame_ = 0;
  struct Heard {  // the inputs of the chunk that is rendered; `offset` is the place of `frame`
    uint64_t frame = 0;
    const float* const* inputs = nullptr;
    uint32_t channels = 0, offset = 0;
  } heard_;
  uint64_t last_xrun_ = 0;  // number of its callback
  bool last_xrun_was_long_ = false;
  int64_t last_start_ns_ = 0;
  uint32_t last_frames_ = 0;
};

}  // namespace continuo
