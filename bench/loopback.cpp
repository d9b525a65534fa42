// A JACK client that plays and records.
#include "bench/loopback.h"

#include <sys/mman.h>

#include <algorithm>
#include <chrono>

#include "bench/process.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

std::string first_port(jack_client_t* client, const std::string& of, unsigned long flags) {
  const char** ports = jack_get_ports(client, ("^" + of + ":.*").c_str(), JACK_DEFAULT_AUDIO_TYPE, flags);
  const std::string found = ports != nullptr && ports[0] != nullptr ? ports[0] : "";
  jack_free(ports);
  if (found.empty()) throw Absent(of + " has no JACK port for audio in and out");
  return found;
}

}  // namespace

Loopback::Loopback(const std::string& client)
    : client_(jack_client_open("continuo-loopback", JackNoStartServer, nullptr)) {
  if (client_ == nullptr) throw Absent("JACK lets no client in");
  out_ = jack_port_register(client_, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  in_ = jack_port_register(client_, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  heard_.resize(static_cast<size_t>(rate()) * 10);
  jack_set_process_callback(client_, on_audio, this);
  jack_activate(client_);
  mlockall(MCL_CURRENT);
  const std::string to = first_port(client_, client, JackPortIsInput);
  const std::string from = first_port(client_, client, JackPortIsOutput);
  if (jack_connect(client_, jack_port_name(out_), to.c_str()) != 0 ||
      jack_connect(client_, from.c_str(), jack_port_name(in_)) != 0) {
    throw Absent("cannot connect to " + client);
  }
}

Loopback::~Loopback() {
  jack_client_close(client_);
}

int Loopback::rate() const {
  return static_cast<int>(jack_get_sample_rate(client_));
}
int Loopback::block() const {
  return static_cast<int>(jack_get_buffer_size(client_));
}

int Loopback::on_audio(jack_nframes_t frames, void* self) {
  auto& loop = *static_cast<Loopback*>(self);
  auto* out = static_cast<float*>(jack_port_get_buffer(loop.out_, frames));
  const auto* in = static_cast<const float*>(jack_port_get_buffer(loop.in_, frames));
  std::fill_n(out, frames, 0.f);
  if (!loop.running_.load(std::memory_order_acquire)) return 0;
  for (jack_nframes_t i = 0; i < frames; ++i) {
    if (loop.skip_ > 0) {
      --loop.skip_;
      continue;
    }
    if (loop.played_ < loop.sound_.size()) out[i] = loop.sound_[loop.played_++];
    if (loop.recorded_ < loop.heard_.size()) loop.heard_[loop.recorded_++] = in[i];
  }
  if (loop.recorded_ == loop.heard_.size()) loop.running_.store(false, std::memory_order_release);
  return 0;
}

std::vector<float> Loopback::play(const std::vector<float>& sound, int into_block, double seconds) {
  sound_ = sound;
  heard_.resize(static_cast<size_t>(seconds * rate()));
  played_ = recorded_ = 0;
  skip_ = static_cast<size_t>(into_block);
  running_.store(true, std::memory_order_release);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(int(seconds * 1000) + 2000);
  while (running_.load(std::memory_order_acquire)) {
    check_interrupt();
    if (std::chrono::steady_clock::now() > end) throw Absent("JACK stands still");
    wait_for(2ms);
  }
  return heard_;
}

}  // namespace continuo::bench
