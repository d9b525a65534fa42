// RtMidi 5 inputs. JACK: one client with one port, to which every wished source is connected (RtMidi's
// openPort only adds a connection there). ALSA: a client a source, as RtMidi has it.
#include "engine/midi/hub.h"

#include <rtmidi/RtMidi.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/audio/jack_clients.h"
#include "engine/audio/names.h"
#include "engine/audio/quiet.h"
#include "engine/rt/frame_clock.h"
#include "engine/rt/queues.h"
#include "engine/rt/thread.h"

namespace continuo::midi {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 1s;
constexpr auto kGlance = 100ms;  // how soon a lost JACK server's client is closed
constexpr size_t kQueue = 4096;
constexpr const char* kPortName = "continuo";

// More unread messages a producer than moodycamel's default of 1,024.
struct QueueTraits : moodycamel::ConcurrentQueueDefaultTraits {
  static constexpr size_t EXPLICIT_INITIAL_INDEX_SIZE = 256;
};
using Queue = moodycamel::ConcurrentQueue<RawMessage, QueueTraits>;

void ignore_error(RtMidiError::Type, const std::string&, void*) {}
void note_error(RtMidiError::Type, const std::string&, void* failed) {
  *static_cast<bool*>(failed) = true;
}

// One RtMidiIn and its way into the queue.
struct Input {
  Input(RtMidi::Api api, const std::string& client, Queue& q, std::atomic<uint64_t>& lost, uint16_t n)
      : queue(q), token(q), dropped(lost), number(n), midi(api, client) {
    midi.setErrorCallback(note_error, &failed);
    midi.ignoreTypes(true, false, true);  // no system exclusive, no active sensing; clock passes
    midi.setCallback(on_message, this);
  }

  // RtMidi's thread; JACK's is a real-time one. No allocation: try_enqueue with a token.
  static void on_message(double, std::vector<unsigned char>* bytes, void* user) {
    auto& self = *static_cast<Input*>(user);
    if (bytes == nullptr || bytes->empty() || bytes->size() > 3) return;
    RawMessage message;
    message.time_ns = rt::monotonic_ns();
    message.input = self.number;
    message.size = static_cast<uint8_t>(bytes->size());
    std::copy(bytes->begin(), bytes->end(), message.bytes);
    if (!self.queue.try_enqueue(self.token, message)) self.dropped.fetch_add(1, std::memory_order_relaxed);
  }

  Queue& queue;
  moodycamel::ProducerToken token;
  std::atomic<uint64_t>& dropped;
  uint16_t number;
  bool failed = false;  // an RtMidi call of the hub's thread went wrong
  bool open = false;    // the virtual port is there
  RtMidiIn midi;        // last: destroyed first, no callback after
};

std::vector<std::string> port_names(RtMidiIn& midi) {
  std::vector<std::string> names;
  const unsigned int count = midi.getPortCount();
  for (unsigned int i = 0; i < count; ++i) names.push_back(midi.getPortName(i));
  return names;
}

std::vector<RtMidi::Api> compiled_apis(const std::string& only) {
  std::vector<RtMidi::Api> apis;
  RtMidi::getCompiledApi(apis);
  std::erase_if(apis, [&](RtMidi::Api api) {
    return api == RtMidi::RTMIDI_DUMMY || (!only.empty() && RtMidi::getApiName(api) != only);
  });
  return apis;
}

}  // namespace

struct Hub::State {
  explicit State(HubOptions o) : options(std::move(o)) {}

  // One API's inputs.
  struct Side {
    RtMidi::Api api;
    std::string name;
    std::unique_ptr<JackLease> lease;     // JACK; declared first: given back last
    std::unique_ptr<Input> virtual_port;  // on JACK the only input
    std::vector<std::pair<std::string, std::unique_ptr<Input>>>
        sources;  // by port name; on JACK without an input of their own
    std::string line;
  };

  HubOptions options;
  std::atomic<uint64_t> dropped{0};
  Queue queue{kQueue, 32, 0};
  rt::MpscQueue<std::string> lines{32};
  std::vector<Side> sides;
  uint16_t next_input = 0;
  std::mutex mutex;
  std::condition_variable changed;
  bool quit = false, anew = false;
  std::thread thread;

  bool wanted(const std::string& port) const {
    if (contains_ignoring_case(port, options.client)) return false;
    if (options.select == "all") return !contains_ignoring_case(port, "midi through");
    return contains_ignoring_case(port, options.select);
  }
  void say(Side& side, const std::string& line) {
    if (side.line == line) return;
    side.line = line;
    lines.enqueue("midi: " + side.name + ": " + line);
  }
  void look(Side& side);
  void close_jack();
  void run();
};

// Connects what has come, forgets what has gone.
void Hub::State::look(Side& side) try {
  const bool jack = side.api == RtMidi::UNIX_JACK;
  if (!side.virtual_port) {
    if (jack && !(side.lease = JackLease::take(0ms))) return;
    side.virtual_port = std::make_unique<Input>(side.api, options.client, queue, dropped, next_input++);
  }
  Input& own = *side.virtual_port;
  RtMidiIn& main = own.midi;
  own.failed = false;
  const std::vector<std::string> names = port_names(main);
  if (own.failed) return say(side, "not there");
  if (!own.open && options.virtual_port) {
    main.openVirtualPort(kPortName);
    own.open = !own.failed;
  }
  std::erase_if(side.sources, [&](const auto& source) {
    return std::find(names.begin(), names.end(), source.first) == names.end();
  });
  for (size_t i = 0; i < names.size(); ++i) {
    const auto known = [&](const auto& source) { return source.first == names[i]; };
    if (!wanted(names[i]) || std::any_of(side.sources.begin(), side.sources.end(), known)) continue;
    const auto port = static_cast<unsigned int>(i);
    std::unique_ptr<Input> input;
    if (jack) {
      main.openPort(port, kPortName);
    } else {
      input = std::make_unique<Input>(side.api, options.client, queue, dropped, next_input++);
      input->midi.openPort(port, kPortName);
    }
    side.sources.emplace_back(names[i], std::move(input));
  }
  std::string list;
  for (const auto& source : side.sources) list += (list.empty() ? "" : ", ") + source.first;
  say(side, list.empty() ? "no inputs yet" : "listens to " + list);
} catch (const std::exception&) {
  side.sources.clear();
  side.virtual_port.reset();
  side.lease.reset();
  say(side, "not there");
}

void Hub::State::close_jack() {
  for (Side& side : sides) {
    if (side.api != RtMidi::UNIX_JACK) continue;
    side.sources.clear();
    side.virtual_port.reset();
    side.lease.reset();
    side.line.clear();
  }
}

void Hub::State::run() {
  rt::set_name("midi-ports");
  for (const RtMidi::Api api : compiled_apis(options.only_api)) {
    sides.push_back({api, RtMidi::getApiName(api), nullptr, nullptr, {}, {}});
  }
  auto next = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex);
  while (!quit) {
    const bool again = std::exchange(anew, false);
    lock.unlock();
    if (again || JackLease::to_be_returned()) close_jack();
    if (const auto now = std::chrono::steady_clock::now(); again || now >= next) {
      for (Side& side : sides) look(side);
      next = now + kLook;
    }
    lock.lock();
    changed.wait_for(lock, kGlance, [this] { return quit || anew; });
  }
  sides.clear();
}

Hub::Hub(const HubOptions& options) : state_(std::make_unique<State>(options)) {
  quieten_backends();
  if (options.select != "none") state_->thread = std::thread([this] { state_->run(); });
}

Hub::~Hub() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->quit = true;
  }
  state_->changed.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

bool Hub::poll(RawMessage& message) {
  return state_->queue.try_dequeue(message);
}
bool Hub::poll_line(std::string& line) {
  return state_->lines.try_dequeue(line);
}
uint64_t Hub::dropped() const noexcept {
  return state_->dropped.load(std::memory_order_relaxed);
}

void Hub::reopen() {
  const std::lock_guard lock(state_->mutex);
  state_->anew = true;
  state_->changed.notify_all();
}

std::vector<std::string> list_inputs() {
  quieten_backends();
  std::vector<std::string> inputs;
  for (const RtMidi::Api api : compiled_apis({})) {
    std::unique_ptr<JackLease> lease;
    if (api == RtMidi::UNIX_JACK && !(lease = JackLease::take(500ms))) continue;
    try {
      RtMidiIn midi(api, "continuo-list");
      midi.setErrorCallback(ignore_error);
      for (const auto& name : port_names(midi)) inputs.push_back(RtMidi::getApiName(api) + "\t" + name);
    } catch (const std::exception&) {  // no server, no sequencer: no inputs
    }
  }
  return inputs;
}

}  // namespace continuo::midi
