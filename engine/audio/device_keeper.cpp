// The keeper's thread: one loop, two states (on the device, on the null device).
#include "engine/audio/device_keeper.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/audio/callback_gate.h"
#include "engine/rt/queues.h"
#include "engine/rt/thread.h"

namespace continuo {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kLook = 10ms;        // how often a running device is looked at
constexpr auto kRetry = 1s;         // how often a lost one is tried
constexpr auto kFirstRetry = 50ms;  // after a loss: a changed block size is back at once
constexpr auto kFirstBlock = 1s;    // a started device that calls nobody for so long does not run
constexpr int kOthersEvery = 5;     // with api "", only JACK is tried each second, the others each fifth time

// A device and what it calls. The device goes first when they are destroyed.
struct Running {
  std::unique_ptr<GatedCallback> callback;
  DeviceInfo info;
  std::unique_ptr<Device> device;
};

}  // namespace

struct DeviceKeeper::State {
  DeviceRequest request;
  CallbackGate gate;
  rt::MpscQueue<DeviceEvent> events{64};
  moodycamel::ProducerToken token{events};
  std::atomic<bool> on_null{true};

  // Between control and the keeper's thread (neither is the audio thread).
  std::mutex mutex;
  std::condition_variable changed;
  bool opened = false, quit = false, ended = false;
  AudioCallback* target = nullptr;
  DeviceInfo first;

  // The keeper's thread alone.
  uint32_t next_key = CallbackGate::kClosed + 1;
  uint32_t rate = 0;
  int tries = 0;
  std::optional<Running> real, null;
  DeviceInfo last;  // of the device that ran last, the null device's model
  std::string reason;

  void loop();
  bool open_device(const DeviceRequest& wish, std::string& why);
  void make_null();
  void to_null(const std::string& why);
  bool try_return();
  bool started(Running& running);
  void start_null();
  void watch();
  void emit(DeviceEvent::Kind kind, const DeviceInfo& info, std::string text) {
    events.enqueue(token, {kind, info, std::move(text)});
  }
  // False when it is time to quit.
  template <typename Duration>
  bool pause(Duration duration) {
    std::unique_lock lock(mutex);
    return !changed.wait_for(lock, duration, [this] { return quit; });
  }
};

bool DeviceKeeper::State::open_device(const DeviceRequest& wish, std::string& why) {
  std::vector<std::string> apis{wish.api};
  if (wish.api.empty()) apis = list_apis();
  const bool all = tries++ % kOthersEvery == 0;
  why.clear();
  for (const std::string& api : apis) {
    if (!all && apis.size() > 1 && api != "jack") continue;
    try {
      Running running;
      running.device = make_device(api);
      running.info = running.device->open(wish);
      running.callback = std::make_unique<GatedCallback>(gate, next_key++);
      real = std::move(running);
      return true;
    } catch (const std::exception& error) {
      why += (why.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  return false;
}

void DeviceKeeper::State::make_null() {
  DeviceRequest wish = request;
  if (last.rate != 0) {
    wish.rate = last.rate;
    wish.block = last.block;
    wish.outputs = last.outputs;
    wish.inputs = last.inputs;
  }
  null.emplace();
  null->device = make_device("null");
  null->info = null->device->open(wish);
  null->callback = std::make_unique<GatedCallback>(gate, next_key++);
}

void DeviceKeeper::State::start_null() {
  gate.hand_to(null->callback->key());
  null->device->start(*null->callback);
  on_null.store(true, std::memory_order_release);
}

// The device is lost: the engine goes on first, the old device is closed afterwards (that may take long).
void DeviceKeeper::State::to_null(const std::string& why) {
  make_null();
  start_null();
  emit(DeviceEvent::Kind::kLost, null->info, why);
  reason.clear();
  real.reset();
}

// Runs for real: it has called back a few times.
bool DeviceKeeper::State::started(Running& running) {
  running.device->start(*running.callback);
  const auto end = Clock::now() + kFirstBlock;
  while (running.callback->blocks() < 2) {
    if (Clock::now() > end || !running.device->running()) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

bool DeviceKeeper::State::try_return() {
  DeviceRequest wish = request;
  wish.rate = rate;
  std::string why;
  if (!open_device(wish, why)) {
    if (why != reason) emit(DeviceEvent::Kind::kWaiting, null->info, why);
    reason = why;
    return false;
  }
  try {
    if (!started(*real))
      throw DeviceError(DeviceError::Kind::kOther, real->info.api + ": opened, but does not run");
  } catch (const std::exception& error) {
    if (reason != error.what()) emit(DeviceEvent::Kind::kWaiting, null->info, error.what());
    reason = error.what();
    real.reset();
    return false;
  }
  gate.hand_to(real->callback->key());
  on_null.store(false, std::memory_order_release);
  null.reset();
  last = real->info;
  emit(DeviceEvent::Kind::kReturned, last, last.api + ": " + last.device + " runs");
  return true;
}

// On the device, until it is lost or it is time to quit.
void DeviceKeeper::State::watch() {
  const auto period = std::chrono::nanoseconds(1'000'000'000ull * real->info.block / real->info.rate);
  const auto limit = std::max<Clock::duration>(100ms, 8 * period);
  uint64_t blocks = real->callback->blocks();
  auto moved = Clock::now();
  while (pause(kLook)) {
    const auto now = Clock::now();
    if (const uint64_t count = real->callback->blocks(); count != blocks) {
      blocks = count;
      moved = now;
    }
    const std::string name = real->info.api + ": " + real->info.device;
    if (!real->device->running()) return to_null(name + " is gone or has changed");
    if (now - moved > limit) return to_null(name + " has stopped calling");
  }
}

void DeviceKeeper::State::loop() {
  rt::set_name("device-keeper");
  std::string why;
  if (request.api == "null" || !open_device(request, why)) {
    make_null();
    null->info.note = why;
    reason = why;
  }
  const DeviceInfo got = real ? real->info : null->info;
  rate = got.rate;
  last = got;
  {
    std::unique_lock lock(mutex);
    first = got;
    opened = true;
    changed.notify_all();
    changed.wait(lock, [this] { return target != nullptr || quit; });
    if (target != nullptr) gate.set_target(target);
    if (quit) return;
  }
  if (real) {
    gate.hand_to(real->callback->key());
    on_null.store(false, std::memory_order_release);
    try {
      real->device->start(*real->callback);
    } catch (const std::exception& error) {
      to_null(error.what());
    }
  } else {
    start_null();
  }
  bool go_on = true;
  while (go_on) {
    if (real) {
      watch();
      go_on = pause(kFirstRetry);
    } else {
      go_on = request.api == "null" ? pause(24h) : pause(kRetry);
    }
    if (go_on && !real && request.api != "null") try_return();
  }
}

DeviceKeeper::DeviceKeeper() = default;
DeviceKeeper::~DeviceKeeper() {
  stop();
}

void DeviceKeeper::begin(const DeviceRequest& request) {
  stop();
  state_ = std::make_shared<State>();
  state_->request = request;
  std::thread([state = state_] {
    state->loop();
    state->gate.close();
    state->real.reset();
    state->null.reset();
    const std::lock_guard lock(state->mutex);
    state->ended = true;
    state->changed.notify_all();
  }).detach();
}

DeviceInfo DeviceKeeper::wait_open() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->opened; });
  return state_->first;
}

DeviceInfo DeviceKeeper::open(const DeviceRequest& request) {
  begin(request);
  return wait_open();
}

void DeviceKeeper::start(AudioCallback& callback) {
  const std::lock_guard lock(state_->mutex);
  state_->target = &callback;
  state_->changed.notify_all();
}

void DeviceKeeper::stop() {
  if (!state_) return;
  {
    std::unique_lock lock(state_->mutex);
    state_->quit = true;
    state_->changed.notify_all();
    state_->changed.wait_for(lock, 4s, [this] { return state_->ended; });
  }
  state_->gate.close();
  state_.reset();
}

bool DeviceKeeper::poll(DeviceEvent& event) {
  return state_ && state_->events.try_dequeue(event);
}

bool DeviceKeeper::on_null_device() const noexcept {
  return !state_ || state_->on_null.load(std::memory_order_acquire);
}

}  // namespace continuo
