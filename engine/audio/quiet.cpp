// Silencing the audio libraries. RtAudio links libasound and libjack: their switches are looked up, not
// linked.
#include "engine/audio/quiet.h"

#include <iostream>
#include <mutex>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

#if __has_include(<dlfcn.h>)
#include <dlfcn.h>
#include <pthread.h>
#endif

namespace continuo {
namespace {

// Passes lines on, but those of RtAudio and RtMidi and the empty lines that they put around them.
class Sieve : public std::streambuf {
 public:
  explicit Sieve(std::streambuf* out) : out_(out) {}

 protected:
  int overflow(int c) override {
    const std::lock_guard lock(mutex_);
    if (c != traits_type::eof()) put(static_cast<char>(c));
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    let_finish({text, static_cast<size_t>(count)});
    const std::lock_guard lock(mutex_);
    for (std::streamsize i = 0; i < count; ++i) put(text[i]);
    return count;
  }
  int sync() override {
    const std::lock_guard lock(mutex_);
    if (!line_.empty() && !theirs(line_)) pass();
    return std::exchange(passed_, false) ? out_->pubsync() : 0;
  }

 private:
  // When a JACK server dies, libjack's thread says so through RtAudio while RtAudio's other thread cancels
  // it, asynchronously (jack_client_close); to be cancelled inside a stream ends the process. That thread
  // ends by itself after these words: it may not be cancelled any more.
  static void let_finish(std::string_view text) {
#if __has_include(<dlfcn.h>)
    if (text.find("shutting down this client") != std::string_view::npos) {
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    }
#endif
  }
  static bool theirs(const std::string& line) {
    return line.find("RtApi") != std::string::npos || line.find("RtAudio") != std::string::npos ||
           line.find("RtMidi") != std::string::npos || line.find("MidiInJack") != std::string::npos ||
           line.find("MidiInAlsa") != std::string::npos;
  }
  void put(char c) {
    line_ += c;
    if (c != '\n') return;
    if (line_ == "\n") {
      ++blank_;
      line_.clear();
      return;
    }
    if (theirs(line_)) {
      line_.clear();
      blank_ = 0;
      swallow_blank_ = true;
      return;
    }
    pass();
  }
  void pass() {
    if (!swallow_blank_) {
      for (; blank_ > 0; --blank_) out_->sputc('\n');
    }
    blank_ = 0;
    swallow_blank_ = false;
    out_->sputn(line_.data(), static_cast<std::streamsize>(line_.size()));
    line_.clear();
    passed_ = true;
  }

  std::streambuf* out_;
  std::mutex mutex_;
  std::string line_;
  int blank_ = 0;
  bool swallow_blank_ = false;
  bool passed_ = false;  // since the last sync
};

void drop_alsa_message(const char*, int, const char*, int, const char*, ...) {}

}  // namespace

void quieten_backends() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Never taken back nor freed: a thread of RtAudio may write until the very end.
    static auto* sieve = new Sieve(std::cerr.rdbuf());
    std::cerr.rdbuf(sieve);
#if __has_include(<dlfcn.h>)
    using JackSetter = void (*)(void (*)(const char*));
    using AlsaHandler = void (*)(const char*, int, const char*, int, const char*, ...);
    using AlsaSetter = int (*)(AlsaHandler);
    for (const char* name : {"jack_set_error_function", "jack_set_info_function"}) {
      if (auto* set = reinterpret_cast<JackSetter>(dlsym(RTLD_DEFAULT, name))) set([](const char*) {});
    }
    if (auto* set = reinterpret_cast<AlsaSetter>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler"))) {
      set(drop_alsa_message);
    }
#endif
  });
}

}  // namespace continuo
