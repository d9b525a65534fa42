// Sets that are taken from Debian packages as they are: textures and MIDI collections.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "models/data/audio_file.h"
#include "models/data/make/packages.h"
#include "models/data/make/sources.h"
#include "models/data/make/wad.h"
#include "models/data/set.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr int kTextureRate = 44100;  // all of the package's files have it

std::string read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> files_with(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct MidiCollection {
  const char* name;
  std::vector<std::string> packages;
  const char* licence;
  const char* attribution;
};

const std::vector<MidiCollection>& midi_collections() {
  static const std::vector<MidiCollection> kCollections = {
      {"midi-freedoom",
       {"freedoom", "freedm"},
       "BSD-3-Clause (Freedoom)",
       "Contributors to the Freedoom project"},
      {"midi-simutrans", {"simutrans-data"}, "Artistic-1.0", "Simutrans team and contributors"},
      {"midi-openttd", {"openttd-openmsx"}, "GPL-2.0-only", "OpenMSX team and contributors"},
  };
  return kCollections;
}

}  // namespace

int make_texture_set(const MakeOptions& options, const std::atomic<bool>& stop) {
  const fs::path package = unpacked("sonic-pi-samples", options.install);
  const fs::path list = package / "usr/share/doc/sonic-pi-samples/copyright";
  const std::vector<Copyright> paragraphs = read_copyright(read_whole(list));
  About about;
  about.title = "Sonic Pi samples, those under CC0";
  about.what =
      "Ambiences, loops, percussion and noises: every file of Debian's sonic-pi-samples whose copyright "
      "paragraph says CC0, mixed down to mono.";
  about.licence = "CC0 1.0";
  about.attribution = "none needed; from freesound.org by way of Sonic Pi, see labels.csv";
  std::vector<Job> jobs;
  for (const fs::path& file : files_with(package, ".flac")) {
    const Copyright* rights = copyright_of(paragraphs, "etc/samples/" + file.filename().string());
    if (!rights || !rights->licence.starts_with("CC0")) continue;
    const std::string stem = file.stem().string();
    Job job;
    job.file = stem + ".flac";
    job.labels = {stem.substr(0, stem.find('_')), rights->licence, rights->holder};
    job.make = [file](const fs::path& out) {
      write_flac(out, data::read_audio(file, kTextureRate), kTextureRate);
    };
    jobs.push_back(std::move(job));
  }
  if (jobs.empty()) throw std::runtime_error(list.string() + ": names no file under CC0");
  return make_files(options, about, {"kind", "licence", "holder"}, jobs, stop);
}

int make_midi_set(const MakeOptions& options, const std::atomic<bool>& stop) {
  const auto& all = midi_collections();
  const auto collection =
      std::find_if(all.begin(), all.end(), [&](const MidiCollection& c) { return options.name == c.name; });
  if (collection == all.end()) throw std::runtime_error(options.name + ": no such MIDI collection");
  About about;
  about.title = "MIDI of Debian's " + collection->packages.front();
  about.what = "Every MIDI file (and, in WAD files, MUS score) of the package.";
  about.licence = collection->licence;
  about.attribution = std::string(collection->attribution) + "; Debian package";
  for (const std::string& package : collection->packages) about.attribution += " " + package;
  std::vector<Job> jobs;
  for (const std::string& package : collection->packages) {
    const fs::path folder = unpacked(package, options.install);
    for (const char* extension : {".mid", ".midi", ".MID"}) {
      for (const fs::path& file : files_with(folder, extension)) {
        Job job;
        job.file = package + "-" + file.stem().string() + ".mid";
        job.labels = {package, file.lexically_relative(folder).string()};
        job.make = [file](const fs::path& out) { data::write_file(out, read_whole(file)); };
        jobs.push_back(std::move(job));
      }
    }
    for (const fs::path& wad : files_with(folder, ".wad")) {
      for (const auto& [lump, midi] : wad_music(read_whole(wad))) {
        Job job;
        job.file = wad.stem().string() + "-" + lump + ".mid";
        job.labels = {package, wad.filename().string() + "/" + lump};
        job.make = [bytes = midi](const fs::path& out) { data::write_file(out, bytes); };
        jobs.push_back(std::move(job));
      }
    }
  }
  if (jobs.empty()) throw std::runtime_error(options.name + ": the package holds no MIDI");
  return make_files(options, about, {"package", "file"}, jobs, stop);
}

}  // namespace continuo::make
