// A JACK client that plays a tone into a program's input and records what comes out of the program.
#pragma once

#include <jack/jack.h>

#include <atomic>
#include <string>
#include <vector>

namespace continuo::bench {

class Loopback {
 public:
  // Connects to the first audio ports of `client`, both ways. Throws Absent.
  explicit Loopback(const std::string& client);
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  // Plays `sound` from `into_block` frames behind the start of a block on, and records from its first sample
  // until `seconds` later. Waits for it.
  std::vector<float> play(const std::vector<float>& sound, int into_block, double seconds);
  [[nodiscard]] int rate() const;
  [[nodiscard]] int block() const;

 private:
  static int on_audio(jack_nframes_t frames, void* self);

  jack_client_t* client_ = nullptr;
  jack_port_t *out_ = nullptr, *in_ = nullptr;
  std::vector<float> sound_, heard_;
  size_t played_ = 0, recorded_ = 0, skip_ = 0;
  std::atomic<bool> running_{false};
};

}  // namespace continuo::bench
