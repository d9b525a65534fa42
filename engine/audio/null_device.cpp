// The timed null device.
#include "engine/audio/null_device.h"

#include <algorithm>
#include <chrono>

#include "engine/rt/frame_clock.h"
#include "engine/rt/thread.h"

namespace continuo {

struct NullDevice::Planes {
  std::vector<float> silence, sink;
  std::vector<const float*> inputs;
  std::vector<float*> outputs;
};

NullDevice::NullDevice() = default;
NullDevice::~NullDevice() {
  stop();
}

DeviceInfo NullDevice::open(const DeviceRequest& request) {
  info_ = {};
  info_.api = "null";
  info_.device = "none (timed, silent)";
  info_.rate = request.rate == 0 ? 48000 : request.rate;
  info_.block = std::clamp<uint32_t>(request.block, 32, kMaxBlockFrames);
  info_.outputs = std::min(request.outputs, kMaxChannels);
  info_.inputs = std::min(request.inputs, kMaxChannels);
  planes_ = std::make_unique<Planes>();
  planes_->silence.assign(info_.block, 0.0f);
  planes_->sink.assign(size_t{info_.block} * info_.outputs, 0.0f);
  planes_->inputs.assign(info_.inputs, planes_->silence.data());
  for (uint32_t c = 0; c < info_.outputs; ++c) {
    planes_->outputs.push_back(planes_->sink.data() + size_t{c} * info_.block);
  }
  return info_;
}

void NullDevice::start(AudioCallback& callback) {
  stop();
  quit_.store(false, std::memory_order_relaxed);
  running_.store(true, std::memory_order_release);
  thread_ = std::thread([this, &callback] { run(callback); });
}

void NullDevice::stop() noexcept {
  quit_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
  running_.store(false, std::memory_order_release);
}

void NullDevice::run(AudioCallback& callback) noexcept {
  rt::set_name("audio-null");
  rt::set_priority(rt::Priority::kAudio);
  rt::touch_stack();
  using Clock = std::chrono::steady_clock;
  const auto origin = Clock::now();
  Clock::time_point anchor = origin;
  uint64_t frames = 0;  // since the anchor: the exact time of each block, without rounding that adds up
  bool stalled = false;
  const auto due_at = [&](uint64_t frame) {
    return anchor +
           std::chrono::nanoseconds(static_cast<int64_t>(1e9 * static_cast<double>(frame) / info_.rate));
  };
  while (!quit_.load(std::memory_order_acquire)) {
    std::this_thread::sleep_until(due_at(frames));
    if (Clock::now() > due_at(frames + 2 * info_.block)) {
      anchor = Clock::now();
      frames = 0;
      stalled = true;
    }
    callback.process({planes_->inputs.data(), planes_->outputs.data(), info_.inputs, info_.outputs,
                      info_.block, rt::monotonic_ns(), stalled});
    stalled = false;
    frames += info_.block;
  }
}

}  // namespace continuo
