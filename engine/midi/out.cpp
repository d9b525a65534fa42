// The MIDI output.
#include "engine/midi/out.h"

#include <rtmidi/RtMidi.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <deque>
#include <semaphore>
#include <thread>
#include <vector>

#include "engine/audio/jack_clients.h"
#include "engine/audio/quiet.h"
#include "engine/rt/frame_clock.h"
#include "engine/rt/queues.h"
#include "engine/rt/thread.h"

namespace continuo::midi {
namespace {

using namespace std::chrono_literals;

constexpr auto kGlance = 100ms;  // how soon a lost JACK server's client is closed
constexpr size_t kQueue = 1024;
constexpr const char* kPortName = "continuo";

void note_error(RtMidiError::Type, const std::string&, void* failed) {
  *static_cast<bool*>(failed) = true;
}

}  // namespace

struct Out::State {
  struct Message {
    std::array<uint8_t, 3> bytes;
    int64_t time_ns = 0;  // 0: at once
  };
  struct Port {
    RtMidi::Api api;
    std::unique_ptr<JackLease> lease;  // JACK; declared first: given back last
    std::unique_ptr<RtMidiOut> midi;
    bool failed = false;
    std::chrono::steady_clock::time_point tried{};
  };

  explicit State(OutOptions o) : options(std::move(o)) {}

  void open(Port& port) {
    const auto now = std::chrono::steady_clock::now();
    if (port.midi || now - port.tried < 1s) return;
    port.tried = now;
    try {
      if (port.api == RtMidi::UNIX_JACK && !(port.lease = JackLease::take(0ms))) return;
      port.midi = std::make_unique<RtMidiOut>(port.api, options.client);
      port.failed = false;
      port.midi->setErrorCallback(note_error, &port.failed);
      port.midi->openVirtualPort(kPortName);
    } catch (const std::exception&) {  // no server, no sequencer
      port.failed = true;
    }
    if (port.failed) close(port);
  }
  static void close(Port& port) {
    port.midi.reset();
    port.lease.reset();
  }
  void send(const Message& message) {
    const std::vector<unsigned char> bytes(message.bytes.begin(), message.bytes.end());
    for (Port& port : ports) {
      open(port);
      if (port.midi) port.midi->sendMessage(&bytes);
      if (port.failed) close(port);
    }
    const auto channel = static_cast<size_t>(bytes[0] & 0x0f);
    const bool on = (bytes[0] & 0xf0) == 0x90 && bytes[2] > 0;
    if (on || (bytes[0] & 0xe0) == 0x80) sounding.set(channel * 128 + bytes[1] % 128, on);
  }
  void later(const Message& message) {
    const auto place =
        std::upper_bound(waiting.begin(), waiting.end(), message,
                         [](const Message& a, const Message& b) { return a.time_ns < b.time_ns; });
    waiting.insert(place, message);
  }
  // Until something has come, or is due (true).
  bool wait() {
    int64_t left_ns = std::chrono::nanoseconds(kGlance).count();
    if (!waiting.empty()) left_ns = std::min(left_ns, waiting.front().time_ns - rt::monotonic_ns());
    if (left_ns > 0 && wake.try_acquire_for(std::chrono::nanoseconds(left_ns))) return false;
    return true;
  }
  void send_due() {
    const int64_t now = rt::monotonic_ns();
    while (!waiting.empty() && waiting.front().time_ns <= now) {
      const Message message = waiting.front();
      waiting.pop_front();
      send(message);
    }
  }
  void end_notes() {
    for (size_t i = 0; i < sounding.size(); ++i) {
      if (sounding[i]) send({{static_cast<uint8_t>(0x80 | i / 128), static_cast<uint8_t>(i % 128), 0}, 0});
    }
  }
  void run() {
    rt::set_name("midi-out");
    std::vector<RtMidi::Api> apis;
    RtMidi::getCompiledApi(apis);
    for (const RtMidi::Api api : apis) {
      if (api == RtMidi::RTMIDI_DUMMY) continue;
      if (options.only_api.empty() || RtMidi::getApiName(api) == options.only_api)
        ports.push_back({api, nullptr, nullptr, false, {}});
    }
    (void)rt::set_priority(rt::Priority::kWorker);
    Message message;
    while (!quit.load(std::memory_order_acquire)) {
      if (wait()) send_due();
      if (JackLease::to_be_returned()) {
        for (Port& port : ports) {
          if (port.api == RtMidi::UNIX_JACK) close(port);
        }
      }
      while (queue.try_dequeue(message)) {
        message.time_ns > rt::monotonic_ns() ? later(message) : send(message);
      }
    }
    // What was to come does not, but for the ends of notes, which end_notes() sends.
    while (queue.try_dequeue(message)) {
      if (message.time_ns == 0) send(message);
    }
    if (sounding.none()) return;
    end_notes();
    std::this_thread::sleep_for(20ms);  // JACK takes them with its next block
  }

  OutOptions options;
  rt::SpscQueue<Message> queue{kQueue};
  std::counting_semaphore<> wake{0};
  std::atomic<bool> quit{false};
  std::vector<Port> ports;
  std::deque<Message> waiting;  // in the order of their times
  std::bitset<16 * 128> sounding;
  std::thread thread;
};

Out::Out(OutOptions options) : state_(std::make_unique<State>(std::move(options))) {
  quieten_backends();
}

Out::~Out() {
  if (!state_->thread.joinable()) return;
  state_->quit.store(true, std::memory_order_release);
  state_->wake.release();
  state_->thread.join();
}

bool Out::send_at(uint8_t status, uint8_t first, uint8_t second, int64_t time_ns) noexcept {
  if (!state_->thread.joinable()) state_->thread = std::thread([state = state_.get()] { state->run(); });
  if (!state_->queue.try_enqueue({{status, first, second}, time_ns})) return false;
  state_->wake.release();
  return true;
}

}  // namespace continuo::midi
