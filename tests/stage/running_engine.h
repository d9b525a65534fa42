// The shipped binary as a process, with liblo as its client.
#pragma once

#include <lo/lo.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audio/sound_file.h"
#include "engine/dsp/pitch_tracker.h"
#include "tests/engine/audio/jack_server.h"

#ifndef CONTINUO_GUARD_LIBRARY
#define CONTINUO_GUARD_LIBRARY ""  // a test that does not run guarded
#endif

namespace continuo::test {

namespace fs = std::filesystem;

// A folder of its own, gone afterwards.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              ("continuo-stage-" + std::to_string(getpid()) + "-" + std::to_string(count()++))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static int& count() {
    static int n = 0;
    return n;
  }
  fs::path path_;
};

// Replies by address, as liblo hears them.
class Client {
 public:
  explicit Client(int port) {
    server_ = lo_server_thread_new(nullptr, nullptr);
    lo_server_thread_add_method(server_, nullptr, nullptr, on_message, this);
    lo_server_thread_start(server_);
    engine_ = lo_address_new("127.0.0.1", std::to_string(port).c_str());
  }
  ~Client() {
    lo_server_thread_free(server_);
    lo_address_free(engine_);
  }
  template <typename... Arguments>
  void send(const char* address, const char* types, Arguments... arguments) {
    lo_send_from(engine_, lo_server_thread_get_server(server_), LO_TT_IMMEDIATE, address, types, arguments...,
                 LO_MARKER_A, LO_MARKER_B);
  }
  [[nodiscard]] int count(const std::string& address) {
    const std::lock_guard lock(mutex_);
    return heard_[address];
  }
  // A whole number of /status, asked anew.
  int status(const std::string& name) {
    const int before = count("/status.reply");
    send("/status", "");
    REQUIRE(wait_for([&] { return count("/status.reply") > before; }));
    const std::lock_guard lock(mutex_);
    REQUIRE(status_.count(name) == 1);
    return status_[name];
  }
  // Sends a query until it is answered.
  bool answered(const char* address, const std::string& reply) {
    return wait_for([&] {
      send(address, "");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      return count(reply) > 0;
    });
  }

 private:
  static int on_message(const char* path, const char* types, lo_arg** arguments, int count, lo_message,
                        void* self) {
    auto& client = *static_cast<Client*>(self);
    const std::lock_guard lock(client.mutex_);
    ++client.heard_[path];
    if (std::string_view(path) != "/status.reply") return 0;
    for (int i = 0; i + 1 < count; i += 2) {
      if (types[i] == 's' && types[i + 1] == 'i') client.status_[&arguments[i]->s] = arguments[i + 1]->i;
    }
    return 0;
  }
  lo_server_thread server_;
  lo_address engine_;
  std::mutex mutex_;
  std::map<std::string, int> heard_, status_;
};

class RunningEngine {
 public:
  explicit RunningEngine(const fs::path& home, bool guarded = false, int port = 20000 + getpid() % 20000,
                         std::string audio = "jack", std::vector<std::string> options = {})
      : home_(home), guarded_(guarded), port_(port), audio_(std::move(audio)), options_(std::move(options)) {
    start();
  }
  ~RunningEngine() { stop(SIGTERM); }
  void start() {
    setenv("CONTINUO_HOME", home_.c_str(), 1);
    std::vector<std::string> command{"env"};
    if (guarded_) {
      command.push_back("LD_PRELOAD=" CONTINUO_GUARD_LIBRARY);
      command.push_back("CONTINUO_GUARD_REPORT=" + report().string());
    }
    command.insert(command.end(),
                   {CONTINUO_PROGRAM, "--quiet", "--audio", audio_, "--osc-port", std::to_string(port_)});
    if (audio_ == "null") command.insert(command.end(), {"--midi", "none"});
    command.insert(command.end(), options_.begin(), options_.end());
    pid_ = spawn(command);
    Client client(port_);
    REQUIRE(client.answered("/status", "/status.reply"));
    client.send("/sync", "i", 1);  // the parts' models are there
    REQUIRE(wait_for([&] { return client.count("/synced") > 0; }));
  }
  // The exit status; -1 when a signal ended it.
  int stop(int signal) {
    if (pid_ <= 0) return 0;
    kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] fs::path report() const { return home_ / "guard.json"; }
  [[nodiscard]] std::string guard_report() const {
    std::ifstream file(report());
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  fs::path home_;
  bool guarded_;
  int port_;
  std::string audio_;
  std::vector<std::string> options_;
  pid_t pid_ = -1;
};

// What jack_rec hears of the engine's first output in `seconds`, while `play` is done.
template <typename Play>
std::vector<float> record(const fs::path& folder, int seconds, Play play) {
  const fs::path file = folder / "heard.wav";
  const pid_t recorder = spawn(
      {"jack_rec", "-f", file.string(), "-d", std::to_string(seconds), "-b", "16", "continuo:outport 0"});
  play();
  waitpid(recorder, nullptr, 0);
  return read_sound(file, {48000, 1}).samples;
}

// Median pitch of the voiced frames, MIDI; 0 when there are fewer than ten.
inline double median_midi(const std::vector<float>& sound) {
  dsp::PitchTracker tracker;
  tracker.prepare({.sample_rate = 48000, .hop = 480});
  std::vector<dsp::PitchFrame> frames(sound.size() / 480 + 2);
  frames.resize(tracker.process(sound, frames));
  std::vector<double> midi;
  for (const auto& frame : frames) {
    if (frame.voiced) midi.push_back(69 + 12 * std::log2(frame.f0_hz / 440));
  }
  if (midi.size() < 10) return 0;
  std::nth_element(midi.begin(), midi.begin() + static_cast<long>(midi.size() / 2), midi.end());
  return midi[midi.size() / 2];
}

}  // namespace continuo::test
