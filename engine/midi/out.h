// The MIDI output: a virtual port on JACK and on ALSA, fed by a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace continuo::midi {

struct OutOptions {
  // As JACK and ALSA show it; the hub takes no port of ours for an input (HubOptions::client begins it).
  std::string client = "continuo-midi-out";
  std::string only_api;  // jack, alsa: for tests; empty takes all that RtMidi was built with
};

// Thread and ports come with the first message. Notes that sound are ended when the output is destroyed. A
// port that was lost is opened again at the next message, a second later at the earliest.
class Out {
 public:
  explicit Out(OutOptions options = {});
  ~Out();
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

  // One producer: the control thread. Never waits. False: the queue is full. Three bytes of a channel
  // message.
  bool send(uint8_t status, uint8_t first, uint8_t second) noexcept {
    return send_at(status, first, second, 0);
  }
  // The same, to leave at that time of CLOCK_MONOTONIC; what is past leaves at once. Messages of one time
  // leave in the order in which they came.
  bool send_at(uint8_t status, uint8_t first, uint8_t second, int64_t time_ns) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace continuo::midi
