// MIDI inputs: the ports that are there and that will come, and a virtual one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/midi/message.h"

namespace continuo::midi {

struct HubOptions {
  std::string select =
      "all";  // part of the ports' names, any case; "all"; "none" opens nothing, no virtual port either
  bool virtual_port = true;
  std::string client = "continuo-midi";  // as JACK and ALSA show it; the virtual port is called "continuo"
  // jack, alsa: for tests; empty takes all that RtMidi was built with.
  std::string only_api;
};

// Ports are looked for each second on a thread of the hub's own; what RtMidi blocks on blocks nobody else.
// Messages come through a ConcurrentQueue, each input with a producer token of its own.
class Hub {
 public:
  explicit Hub(const HubOptions& options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // One consumer: the control thread. Messages of one input come in order.
  bool poll(RawMessage& message);
  // The same thread. A line for a person: "midi: jack: KeyStation:out 1 connected", "midi: no JACK server, no
  // ALSA sequencer". Said again only when it changes.
  bool poll_line(std::string& line);
  // Control thread. Makes the JACK client anew. A lost server is noticed through the audio device (JackLease)
  // without it; it is for a server that only MIDI uses, whose death RtMidi does not tell.
  void reopen();

  // Any thread. Messages that found the queue full.
  [[nodiscard]] uint64_t dropped() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Off stage: "api\tname" of each input port, for `continuo devices`.
std::vector<std::string> list_inputs();

}  // namespace continuo::midi
