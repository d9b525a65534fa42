// The subcommands of `continuo`. Each returns the process's exit status and throws std::exception with a
// reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/audio/device.h"
#include "engine/session/library.h"
#include "engine/session/score/score.h"

namespace continuo::cli {

struct PlayOptions {
  DeviceRequest device;
  std::string session = "default";
  std::string listen = "127.0.0.1";
  uint16_t osc_port = 7770;
  std::string midi = "all";
  bool midi_given = false;            // it wins over the session's
  std::vector<std::string> feedback;  // HOST:PORT[,slow], permanent listeners
  bool quiet = false;
};

// Plays until SIGINT, SIGTERM or /quit.
int play(const PlayOptions& options, const session::LibraryFolders& folders);

struct RenderOptions {
  std::string score, out;
  std::string input;  // sound file that the device's first input hears from frame 0 on; empty: silence
  uint32_t rate = 48000, block = 512, outputs = 2;
  double tail_seconds = 2;
  uint64_t skip_frames = 0;  // at the beginning, that are played and not written
};

// Plays a score into a sound file, faster than real time.
int render(const RenderOptions& options, const session::LibraryFolders& folders);
// The same with a score that is no file; `options.score` is not read.
int render_score(session::Score score, const RenderOptions& options, const session::LibraryFolders& folders);

struct TransferOptions {
  std::string in, out, model = "alto-sax";
  std::optional<int> octave;  // none: fitted
  float gain_db = 0;
  bool automatic = true;
  bool imitate = false;               // the techniques that are heard, too
  std::string score;                  // where the score that was played is written, too
  std::vector<std::string> messages;  // OSC, to the part before it plays
  uint32_t rate = 48000, block = 512;
  double tail_seconds = 1;
};

// Plays what a recording plays with a model's voice, into a sound file.
int transfer(const TransferOptions& options, const session::LibraryFolders& folders);

struct SingOptions {
  std::vector<std::string> files;  // curves and a WAV file; or one to write: WAV, or CSV for the curves alone
  std::string model = "alto-sax", song;
  double minutes = 1;
  uint32_t seed = 1;
  std::vector<std::string> messages;  // OSC, to the part before it sings
  uint32_t rate = 48000, block = 512;
  double tail_seconds = 1;
};

// Sings the curves of a file, or by itself, with a model's voice, into a sound file.
int sing(const SingOptions& options, const session::LibraryFolders& folders);

struct ModelOptions {
  std::string from, to;  // import: a folder; export: a model's name, and a folder
  std::string name, source, licence;
};

// A checkpoint of @magenta/music into the library, and a model of the library as one.
int import_model(const ModelOptions& options, const session::LibraryFolders& folders);
int export_model(const ModelOptions& options, const session::LibraryFolders& folders);

struct OscOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 7770;
};

// Prints an engine's incoming traffic until SIGINT.
int osc_monitor(const OscOptions& options);
// Sends one message in text form and prints the replies of `wait_seconds`. 1: there was a /fail.
int osc_send(const OscOptions& options, const std::string& message, double wait_seconds);

}  // namespace continuo::cli
