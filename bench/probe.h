// JACK clients of ours: one that hears when sound begins, and an empty one that counts the server's own gaps.
#pragma once

#include <jack/jack.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace continuo::bench {

struct Onset {
  int64_t time_us = 0;  // jack_get_time()'s clock
  int64_t frame = 0;    // of the server
  int into_block = 0;   // frames since its block began
};

// Each input hears one port with one threshold. As tools/latency_probe.cpp of the project's shared folder
// does it.
class Probe {
 public:
  explicit Probe(int inputs);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void connect(int input, const std::string& port, float threshold);
  // The first output port of a client whose name is neither "system" nor ours nor `but`. Throws Absent.
  [[nodiscard]] std::string first_output(const std::string& but = "SuperCollider") const;
  [[nodiscard]] std::string first_output_of(const std::string& client) const;

  // From now on the first sample above the threshold counts.
  void arm(int input);
  [[nodiscard]] std::optional<Onset> wait(int input, std::chrono::milliseconds patience);
  // Waits until the input has been below its threshold for so many blocks in a row, counted from now. False:
  // it hasn't.
  [[nodiscard]] bool wait_quiet(int input, int blocks, std::chrono::milliseconds patience);
  // The largest sample since the last call.
  [[nodiscard]] float take_peak(int input);
  [[nodiscard]] static int64_t time_us() { return static_cast<int64_t>(jack_get_time()); }
  [[nodiscard]] double block_ms() const;

 private:
  struct Input {
    jack_port_t* port = nullptr;
    std::atomic<float> threshold{1};
    std::atomic<bool> armed{false};
    std::atomic<int64_t> time_us{0}, frame{0};
    std::atomic<int> into_block{0}, quiet_blocks{0};
    std::atomic<float> peak{0};
  };
  static int on_audio(jack_nframes_t frames, void* self);
  void hear(Input& input, jack_nframes_t frames) noexcept;

  jack_client_t* client_ = nullptr;
  int64_t cycle_start_us_ = 0;
  std::vector<std::unique_ptr<Input>> inputs_;
};

// A client that does nothing, and counts what the engine counts: starts more than 1.5 periods apart.
class EmptyClient {
 public:
  EmptyClient();
  ~EmptyClient();
  EmptyClient(const EmptyClient&) = delete;
  EmptyClient& operator=(const EmptyClient&) = delete;
  [[nodiscard]] uint64_t xruns() const { return xruns_.load(); }
  [[nodiscard]] uint64_t blocks() const { return blocks_.load(); }

 private:
  static int on_audio(jack_nframes_t frames, void* self);
  jack_client_t* client_ = nullptr;
  int64_t last_ns_ = 0;
  double longest_gap_ns_ = 0;
  std::atomic<uint64_t> xruns_{0}, blocks_{0};
};

}  // namespace continuo::bench
