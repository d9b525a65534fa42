// MIDI files read and taken apart into examples, as `continuo-train data midi` does it.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "bench/figures.h"
#include "bench/process.h"
#include "models/data/make/midi_file.h"
#include "models/data/make/tools.h"
#include "models/data/midi/extract.h"
#include "models/data/midi/smf.h"

namespace continuo::bench {

namespace {

namespace fs = std::filesystem;

// The tunes, chords and performances of $CONTINUO_DATA, unpacked by tar; empty where they are not.
std::vector<fs::path> real_files(const fs::path& folder) {
  const char* variable = std::getenv("CONTINUO_DATA");
  const fs::path data =
      variable && *variable ? fs::path(variable) : fs::path(CONTINUO_SOURCE) / "../shared/data";
  for (const char* archive : {"nottingham/nottingham-midi.tar.xz", "groove/groove-midi.tar.xz"}) {
    if (fs::exists(data / archive))
      make::run_or_throw({"tar", "-C", folder.string(), "-xf", (data / archive).string()});
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".mid") files.push_back(entry.path());
  }
  return files;
}

// As long as a tune of Nottingham: 32 bars of eighths with a chord a bar.
std::vector<fs::path> made_files(const fs::path& folder, int count) {
  std::vector<fs::path> files;
  for (int i = 0; i < count; ++i) {
    std::vector<make::MidiEvent> events{make::tempo(0, 500'000)};
    const auto note = [&](int channel, int pitch, long tick, long length) {
      const auto key = static_cast<std::uint8_t>(pitch);
      events.push_back({tick, {static_cast<std::uint8_t>(0x90 | channel), key, 90}});
      events.push_back({tick + length, {static_cast<std::uint8_t>(0x80 | channel), key, 0}});
    };
    for (int bar = 0; bar < 32; ++bar) {
      for (int k = 0; k < 8; ++k) note(0, 60 + (i + bar * k * 5 + k * k) % 19, 960 * bar + 120 * k, 120);
      for (const int third : {0, 4, 7}) note(1, 40 + (i + bar * 5) % 12 + third, 960 * bar, 960);
    }
    files.push_back(folder / (std::to_string(i) + ".mid"));
    std::ofstream(files.back(), std::ios::binary) << make::midi_file(std::move(events), 240);
  }
  return files;
}

struct Pass {
  double files_per_s = 0;
  std::size_t examples = 0, unread = 0;
};

Pass take_apart(const std::vector<fs::path>& files, int threads) {
  const symbolic::ExtractRules rules = symbolic::musicrnn_rules();
  std::atomic<std::size_t> next{0}, examples{0}, unread{0};
  const auto work = [&] {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = next++; i < files.size(); i = next++) {
      try {
        examples += symbolic::extract(symbolic::read_smf_file(files[i], bytes), rules).examples.size();
      } catch (const symbolic::SmfError&) {
        ++unread;
      }
    }
  };
  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) workers.emplace_back(work);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  return {static_cast<double>(files.size()) / seconds.count(), examples, unread};
}

}  // namespace

std::vector<Row> measure_midi(const Settings&) {
  constexpr int kThreads = 2, kPasses = 3;
  const TemporaryFolder folder;
  std::vector<fs::path> files = real_files(folder.path());
  const bool real = !files.empty();
  if (!real) files = made_files(folder.path(), 2000);
  take_apart(files, kThreads);  // the files are in memory from here
  Pass one, two;
  for (int i = 0; i < kPasses; ++i) {
    check_interrupt();
    const Pass a = take_apart(files, 1), b = take_apart(files, kThreads);
    if (a.files_per_s > one.files_per_s) one = a;
    if (b.files_per_s > two.files_per_s) two = b;
  }
  Row row;
  row.better = Better::kMore;
  row.value = two.files_per_s;
  row.note = text(
      "%d threads, best of %d; one thread: %.0f; %zu files (%s) to %zu examples, %zu unread; goal: 2,000",
      kThreads, kPasses, one.files_per_s, files.size(),
      real ? "Nottingham, Groove" : "made for this: no $CONTINUO_DATA", two.examples, two.unread);
  return {row};
}

}  // namespace continuo::bench
