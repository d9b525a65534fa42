// Plays: the control thread's loop around session, transports, MIDI and the device.
#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "engine/audio/device_keeper.h"
#include "engine/cli/commands.h"
#include "engine/midi/hub.h"
#include "engine/midi/out.h"
#include "engine/osc/transports.h"
#include "engine/rt/realtime.h"
#include "engine/rt/thread.h"
#include "engine/session/instrument_maker.h"
#include "engine/session/session.h"

namespace continuo::cli {

namespace {

namespace asio = boost::asio;
// MIDI waits in its queue at most this long: RtMidi's JACK callback must not wake anybody. All else is looked
// at each fifth time.
constexpr auto kTick = std::chrono::milliseconds(1);
constexpr int kTicksASession = 5;
#ifdef CONTINUO_SANITIZED
constexpr size_t kThreadStack = 8 * 1024 * 1024;  // ThreadSanitizer keeps more than half of one there
#else
constexpr size_t kThreadStack = 512 * 1024;  // locked in memory, so no larger than needed
#endif

// Counts one turn of the loop.
class Turn {
 public:
  explicit Turn(rt::Metrics& metrics) : metrics_(metrics) {}
  ~Turn() {
    metrics_.control_turn.add(rt::monotonic_ns() - start_);
    metrics_.control_turn_cpu.add(rt::thread_cpu_ns() - start_cpu_);
  }

 private:
  rt::Metrics& metrics_;
  int64_t start_ = rt::monotonic_ns(), start_cpu_ = rt::thread_cpu_ns();
};

class Player final : public session::Outbox {
 public:
  Player(const PlayOptions& options, const session::LibraryFolders& folders)
      : options_(options), folders_(folders), memory_(rt::lock_memory()) {
    keeper_.begin(options.device);
    transports_.emplace(
        io_, osc::TransportOptions{options.listen, options.osc_port, true},
        [this](std::span<const std::byte> packet, const osc::Endpoint& from, int64_t) {
          {
            const Turn turn(engine_->metrics());
            session_->handle_packet(packet, from);
          }
          go_on();
        },
        [this](const osc::Endpoint& connection, const char*) { session_->closed(connection); });
    device_ = keeper_.wait_open();
    device_note_ = device_.note;
    engine_.emplace(EngineSpec{static_cast<double>(device_.rate), options.device.outputs});
    worker_.emplace(engine_->clock(), engine_->metrics());
    worker_->set_block(device_.block);
  }

  ~Player() override {
    keeper_.stop();
    worker_->stop();
    session_.reset();
    jobs_.reset();
  }

  int run() {
    rt::set_name("continuo-control");
    const bool real_time = rt::set_priority(rt::Priority::kControl);
    keeper_.start(*engine_);
    worker_->start(real_time);
    start_session();
    if (!options_.quiet) print_start(real_time ? memory_ : rt::priority_advice());

    asio::signal_set signals(io_, SIGINT, SIGTERM);
    signals.async_wait([this](auto, int) { io_.stop(); });
    schedule_tick();
    io_.run();
    session_->save_if_changed();
    return 0;
  }

  bool send(const osc::Endpoint& to, std::span<const std::byte> packet) override {
    return transports_->send(to, packet);
  }

 private:
  void start_session() {
    jobs_.emplace([this](std::function<void()> then) {
      asio::post(io_, [this, then = std::move(then)] {
        {
          const Turn turn(engine_->metrics());
          then();
        }
        if (session_) go_on();
      });
    });
    midi_ = std::make_shared<midi::Hub>(midi::HubOptions{.select = options_.midi});
    session::SessionServices services{
        .engine = *engine_,
        .worker = *worker_,
        .jobs = *jobs_,
        .outbox = *this,
        .maker = maker_,
        .folders = folders_,
        .device_line = [this] { return device_line(); },
        .latency_ms = [this] { return latency_ms(); },
        .block_frames = [this] { return device_.block; },
        .outputs = [this] { return device_.outputs; },
        .quit = [this] { io_.stop(); },
        .send_midi = [this](uint8_t status, uint8_t first,
                            uint8_t second) { (void)midi_out_.send(status, first, second); },
        .send_midi_at = [this](uint8_t status, uint8_t first, uint8_t second,
                               int64_t time_ns) { (void)midi_out_.send_at(status, first, second, time_ns); },
        .select_midi = [this](const std::string& names, bool asked) { select_midi(names, asked); },
        .log = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); },
        .resolve = [this](const std::string& target,
                          session::Resolved then) { osc::resolve(io_, target, std::move(then)); }};
    session_.emplace(services);
    session_->open(options_.session);
    for (const std::string& listener : options_.feedback) session_->add_listener(listener);
  }

  // Opening and closing ports may block, so it is the disk thread's. --midi on the command line wins over a
  // session's wish.
  void select_midi(const std::string& names, bool asked) {
    if ((options_.midi_given && !asked) || names == selected_midi_) return;
    selected_midi_ = names;
    auto made = std::make_shared<std::shared_ptr<midi::Hub>>();
    jobs_->run([made, names] { *made = std::make_shared<midi::Hub>(midi::HubOptions{.select = names}); },
               [this, made](const std::string& error) {
                 if (!error.empty()) return;
                 midi_.swap(*made);
                 jobs_->run([made] { made->reset(); }, [](const std::string&) {});
               });
  }

  // What a packet asks for beyond one turn.
  void go_on() {
    if (going_on_ || !session_->busy()) return;
    going_on_ = true;
    asio::post(io_, [this] {
      going_on_ = false;
      {
        const Turn turn(engine_->metrics());
        session_->work();
      }
      go_on();
    });
  }

  void schedule_tick() {
    timer_.expires_at(std::max(timer_.expiry() + kTick, std::chrono::steady_clock::now()));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      tick();
      go_on();
      schedule_tick();
    });
  }

  void tick() {
    const Turn turn(engine_->metrics());
    midi::RawMessage message;
    while (midi_->poll(message)) session_->handle_midi({message.bytes, message.size}, message.input);
    if (++ticks_ % kTicksASession != 0) return;
    DeviceEvent event;
    while (keeper_.poll(event)) {
      device_ = event.info;
      worker_->set_block(device_.block);
      if (event.kind == DeviceEvent::Kind::kReturned) midi_->reopen();
      // At the start the note above has said why there is no device.
      if (device_note_.find(event.text) == std::string::npos)
        std::fprintf(stderr, "audio: %s\n", event.text.c_str());
      session_->announce_device();
    }
    std::string line;
    while (midi_->poll_line(line)) {
      if (!options_.quiet) std::printf("%s\n", line.c_str());
    }
    session_->tick();
  }

  [[nodiscard]] double latency_ms() const {
    return device_.total_latency_ms() + 1000.0 * engine_->latency_frames() / engine_->spec().rate;
  }

  [[nodiscard]] std::string device_line() const {
    char line[200];
    std::snprintf(line, sizeof line, "%s: %s, %u Hz, %u frames, %u out", device_.api.c_str(),
                  device_.device.c_str(), device_.rate, device_.block, device_.outputs);
    return line;
  }

  void print_start(const std::string& advice) {
    std::printf("Continuo " CONTINUO_VERSION "\n");
    std::printf("  audio    %s\n", device_line().c_str());
    if (!device_.note.empty()) std::printf("           %s\n", device_.note.c_str());
    std::printf("  latency  %.1f ms in all (device %.1f, limiter %.1f)\n", latency_ms(),
                device_.total_latency_ms(), latency_ms() - device_.total_latency_ms());
    std::printf("  osc      UDP and TCP %s:%u\n", options_.listen.c_str(), transports_->port());
    if (!advice.empty()) std::printf("  note     %s\n", advice.c_str());
    std::printf("  try      oscsend localhost %u /part/1/note if 57 100   (off: velocity 0)\n",
                transports_->port());
    std::fflush(stdout);
  }

  PlayOptions options_;
  session::LibraryFolders folders_;
  std::string memory_;  // why it is not locked; empty: it is
  asio::io_context io_;
  asio::steady_timer timer_{io_, std::chrono::steady_clock::now()};
  uint64_t ticks_ = 0;
  bool going_on_ = false;
  DeviceKeeper keeper_;
  DeviceInfo device_;
  std::string device_note_;  // of the start
  std::optional<osc::Transports> transports_;
  std::optional<Engine> engine_;
  std::optional<Worker> worker_;
  std::optional<session::DiskJobs> jobs_;
  std::shared_ptr<midi::Hub> midi_;
  midi::Out midi_out_;
  std::string selected_midi_ = options_.midi;
  session::StandardMaker maker_;
  std::optional<session::Session> session_;
};

}  // namespace

int play(const PlayOptions& options, const session::LibraryFolders& folders) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, kThreadStack);
  pthread_setattr_default_np(&small);
  rt::disable_denormals();
  Player player(options, folders);
  return player.run();
}

}  // namespace continuo::cli
