// JACK clients that listen.
#include "bench/probe.h"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <thread>

#include "bench/process.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

jack_client_t* open_client(const char* name) {
  jack_client_t* client = jack_client_open(name, JackNoStartServer, nullptr);
  if (client == nullptr) throw Absent("JACK lets no client in");
  mlockall(MCL_CURRENT);  // a page fault here would look like a gap of the server's
  return client;
}

}  // namespace

Probe::Probe(int inputs) : client_(open_client("continuo-probe")) {
  for (int i = 0; i < inputs; ++i) {
    auto& input = inputs_.emplace_back(std::make_unique<Input>());
    input->port = jack_port_register(client_, ("in_" + std::to_string(i)).c_str(), JACK_DEFAULT_AUDIO_TYPE,
                                     JackPortIsInput, 0);
  }
  jack_set_process_callback(client_, on_audio, this);
  jack_activate(client_);
}

Probe::~Probe() {
  jack_client_close(client_);
}

int Probe::on_audio(jack_nframes_t frames, void* self) {
  auto& probe = *static_cast<Probe*>(self);
  // When the cycle really began. jack_frames_to_time() goes through a filter that is off by tens of
  // milliseconds for seconds after the dummy driver was held up.
  const int64_t since_start = int64_t{jack_frames_since_cycle_start(probe.client_)} * 1'000'000;
  probe.cycle_start_us_ = time_us() - since_start / jack_get_sample_rate(probe.client_);
  for (auto& input : probe.inputs_) probe.hear(*input, frames);
  return 0;
}

void Probe::hear(Input& input, jack_nframes_t frames) noexcept {
  const auto* samples = static_cast<const float*>(jack_port_get_buffer(input.port, frames));
  const float threshold = input.threshold.load(std::memory_order_relaxed);
  float peak = 0;
  for (jack_nframes_t i = 0; i < frames; ++i) {
    const float x = std::fabs(samples[i]);
    if (x > threshold && peak <= threshold && input.armed.load()) {
      input.frame.store(jack_last_frame_time(client_) + i);
      input.into_block.store(static_cast<int>(i));
      input.time_us.store(cycle_start_us_ +
                          static_cast<int64_t>(i) * 1'000'000 / jack_get_sample_rate(client_));
      input.armed.store(false);
    }
    peak = std::max(peak, x);
  }
  input.quiet_blocks.store(peak > threshold ? 0 : input.quiet_blocks.load() + 1);
  if (peak > input.peak.load(std::memory_order_relaxed)) input.peak.store(peak, std::memory_order_relaxed);
}

void Probe::connect(int input, const std::string& port, float threshold) {
  Input& to = *inputs_[static_cast<size_t>(input)];
  to.threshold.store(threshold);
  if (jack_connect(client_, port.c_str(), jack_port_name(to.port)) != 0)
    throw Absent("cannot connect to " + port);
}

std::string Probe::first_output(const std::string& but) const {
  const char** ports = jack_get_ports(client_, nullptr, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
  std::string found;
  for (const char** port = ports; port != nullptr && *port != nullptr && found.empty(); ++port) {
    const std::string_view name = *port;
    if (!name.starts_with("system:") && !name.starts_with(but + ":")) found = name;
  }
  jack_free(ports);
  if (found.empty()) throw Absent("continuo has no JACK port");
  return found;
}

std::string Probe::first_output_of(const std::string& client) const {
  const char** ports =
      jack_get_ports(client_, ("^" + client + ":.*").c_str(), JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
  const std::string found = ports != nullptr && ports[0] != nullptr ? ports[0] : "";
  jack_free(ports);
  if (found.empty()) throw Absent(client + " has no JACK port");
  return found;
}

void Probe::arm(int input) {
  inputs_[static_cast<size_t>(input)]->armed.store(true);
}

std::optional<Onset> Probe::wait(int input, std::chrono::milliseconds patience) {
  Input& in = *inputs_[static_cast<size_t>(input)];
  const auto end = std::chrono::steady_clock::now() + patience;
  while (in.armed.load()) {
    check_interrupt();
    if (std::chrono::steady_clock::now() > end) {
      if (in.armed.exchange(false)) return std::nullopt;
      break;
    }
    std::this_thread::sleep_for(200us);
  }
  return Onset{in.time_us.load(), in.frame.load(), in.into_block.load()};
}

bool Probe::wait_quiet(int input, int blocks, std::chrono::milliseconds patience) {
  Input& in = *inputs_[static_cast<size_t>(input)];
  in.quiet_blocks.store(0);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (in.quiet_blocks.load() < blocks) {
    check_interrupt();
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(500us);
  }
  return true;
}

float Probe::take_peak(int input) {
  return inputs_[static_cast<size_t>(input)]->peak.exchange(0);
}

double Probe::block_ms() const {
  return 1000.0 * jack_get_buffer_size(client_) / jack_get_sample_rate(client_);
}

EmptyClient::EmptyClient() : client_(open_client("continuo-empty")) {
  longest_gap_ns_ = 1.5e9 * jack_get_buffer_size(client_) / jack_get_sample_rate(client_);
  jack_set_process_callback(client_, on_audio, this);
  jack_activate(client_);
}

EmptyClient::~EmptyClient() {
  jack_client_close(client_);
}

int EmptyClient::on_audio(jack_nframes_t, void* self) {
  auto& client = *static_cast<EmptyClient*>(self);
  const int64_t now = now_ns();
  if (client.last_ns_ != 0 && static_cast<double>(now - client.last_ns_) > client.longest_gap_ns_)
    ++client.xruns_;
  client.last_ns_ = now;
  ++client.blocks_;
  return 0;
}

}  // namespace continuo::bench
