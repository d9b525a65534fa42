// Accompaniments by MMA (Musical MIDI Accompaniment): every groove of its standard library over eight bars of
// chords: drums, bass and chords that belong together.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

#include "models/data/make/packages.h"
#include "models/data/make/random.h"
#include "models/data/make/sources.h"
#include "models/data/make/tools.h"
#include "models/data/scratch_folder.h"
#include "models/data/set.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr Limits kOneGroove{.seconds = 30, .file_bytes = 4'000'000};

// The names that the library defines, each once, by file.
std::vector<std::pair<std::string, std::string>> grooves_of(const fs::path& library) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(library)) {
    if (entry.path().extension() == ".mma") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::pair<std::string, std::string>> grooves;
  std::set<std::string> seen;
  for (const fs::path& file : files) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string command, name;
      words >> command >> name;
      for (char& c : command) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const bool plain =
          std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c); });
      if (command == "defgroove" && !name.empty() && plain && seen.insert(name).second)
        grooves.emplace_back(name, file.stem().string());
    }
  }
  return grooves;
}

// Eight bars of a common progression, in a key of its own.
std::string song(const std::string& groove, Random& random) {
  constexpr std::array<const char*, 12> kRoots = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                  "F#", "G",  "Ab", "A",  "Bb", "B"};
  struct Chord {
    int root;
    const char* kind;
  };
  using Bars = std::array<Chord, 8>;
  constexpr std::array<Bars, 4> kProgressions = {
      {Bars{{{0, ""}, {9, "m"}, {5, ""}, {7, "7"}, {4, "m"}, {9, "7"}, {2, "m"}, {7, "7"}}},
       Bars{{{0, ""}, {5, ""}, {0, ""}, {7, "7"}, {0, ""}, {5, ""}, {7, "7"}, {0, ""}}},
       Bars{{{9, "m"}, {2, "m"}, {4, "7"}, {9, "m"}, {5, ""}, {0, ""}, {4, "7"}, {9, "m"}}},
       Bars{{{2, "m7"}, {7, "7"}, {0, "M7"}, {9, "7"}, {2, "m7"}, {7, "7"}, {0, "M7"}, {0, "6"}}}}};
  const Bars& bars = kProgressions[static_cast<std::size_t>(random.below(4))];
  const int key = random.below(12);
  std::string text = "RndSeed " + std::to_string(1 + random.below(100'000)) + "\nTempo " +
                     std::to_string(90 + 5 * random.below(13)) + "\nGroove " + groove + "\n";
  for (std::size_t i = 0; i < bars.size(); ++i) {
    text += std::to_string(i + 1) + " " + kRoots[static_cast<std::size_t>((key + bars[i].root) % 12)];
    text.append(bars[i].kind).append("\n");
  }
  return text;
}

}  // namespace

int make_mma_set(const MakeOptions& options, const std::atomic<bool>& stop) {
  require({{"python3", "python3"}}, options.install, "data make " + options.name);
  const fs::path package = unpacked("mma", options.install);
  const fs::path home = package / "usr/share/mma", program = package / "usr/bin/mma";
  const std::vector<std::string> mma = {"env", "MMA_HOME=" + home.string(), "PYTHONDONTWRITEBYTECODE=1",
                                        "python3", program.string()};
  const auto with = [&mma](std::vector<std::string> arguments) {
    std::vector<std::string> command = mma;
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  };
  // It finds grooves by an index that it makes once.
  if (!fs::exists(home / "lib/stdlib/.mmaDB")) run_or_throw(with({"-G"}), {}, {.seconds = 300});
  About about;
  about.title = "MMA's standard grooves";
  about.what =
      "Drums, bass and chords by Musical MIDI Accompaniment: each groove of its standard library for eight "
      "bars of a "
      "common progression, in a key and at a tempo of its own.";
  about.licence = "GPL-2.0-or-later (the groove library; its output is derived from it)";
  about.attribution = "MMA and its library: Bob van der Poel and contributors; Debian package mma";
  about.notes = "labels.csv: the groove and the file of the library that defines it.";
  std::vector<Job> jobs;
  for (const auto& [name, file] : grooves_of(home / "lib/stdlib")) {
    Random random(options.seed, name);
    Job job;
    job.file = name + ".mid";
    job.labels = {name, file};
    job.make = [text = song(name, random), with](const fs::path& out) {
      const data::ScratchFolder scratch;
      data::write_file(scratch.path() / "song.mma", text);
      run_or_throw(with({"-f", "song.mid", "song.mma"}), scratch.path(), kOneGroove);
      std::ifstream in(scratch.path() / "song.mid", std::ios::binary);
      if (!in) throw std::runtime_error("mma wrote no MIDI file");
      data::write_file(out, {std::istreambuf_iterator<char>(in), {}});
    };
    jobs.push_back(std::move(job));
  }
  if (jobs.empty()) throw std::runtime_error((home / "lib/stdlib").string() + ": defines no groove");
  return make_files(options, about, {"groove", "library_file"}, jobs, stop);
}

}  // namespace continuo::make
