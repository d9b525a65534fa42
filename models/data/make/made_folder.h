// The folder that a ready source is made in.
//
//   OUT/README.md          source, licence, attribution: the data rooms read these lines
//   OUT/make.json          what made it, so that it can be continued
//   OUT/labels.csv         a line for each file
//   OUT/NAME.flac, .mid    24 bit mono, or MIDI
//   OUT/truth/NAME.csv     time_s, f0_hz, voiced, gain_db, every 5 ms, where the truth is known
//
// Each file appears whole or not at all; those that are there are not made again.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "models/data/make/gesture.h"

namespace continuo::make {

struct MakeOptions {
  std::string name;  // as in list_sources()
  std::filesystem::path out;
  double minutes = 10;  // of sound; collections are taken whole
  std::uint64_t seed = 1;
  std::filesystem::path tunes;  // folk-singing: a folder with MIDI or ABC; empty: $CONTINUO_DATA
  bool install = false;         // what the source needs, by apt-get
};

// What README.md says.
struct About {
  std::string title, what, licence, attribution, notes;
};

// One file to make.
struct Job {
  std::string file;                 // in OUT; its existence says that it is done
  std::vector<std::string> labels;  // after the file's name
  std::function<void(const std::filesystem::path& file)> make;
};

// Makes the files on two threads with a progress bar; ends early when `stop` is set. README.md first,
// labels.csv last, of the files that are there. A job that throws is reported and left out.
// Returns 0, 130 when stopped, 1 when no file came out. Throws std::runtime_error when OUT was made with
// other settings.
int make_files(const MakeOptions& options, const About& about, const std::vector<std::string>& columns,
               const std::vector<Job>& jobs, const std::atomic<bool>& stop);

// Disk thread. FLAC, mono, 24 bit, whole or not at all; scaled down if it would clip. Throws
// std::runtime_error.
void write_flac(const std::filesystem::path& file, std::span<const float> samples, int sample_rate);

// OUT/truth/NAME.csv for OUT/NAME.flac.
void write_truth(const std::filesystem::path& audio_file, const Gesture& gesture);

}  // namespace continuo::make
