// The collections of $CONTINUO_DATA, with the counts that their READMEs give. Skipped without them.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "models/data/make/tools.h"
#include "models/data/midi/bars.h"
#include "models/data/midi/extract.h"
#include "models/data/midi/smf.h"
#include "models/data/midi/sources.h"
#include "models/data/scratch_folder.h"

using namespace continuo;
using namespace continuo::symbolic;
namespace fs = std::filesystem;

namespace {

// $CONTINUO_DATA/NAME unpacked into a folder that goes with the object; `there` is false without it.
struct Unpacked {
  explicit Unpacked(const std::string& name, const std::string& archive) {
    const char* given = std::getenv("CONTINUO_DATA");
    const fs::path data = given && *given ? fs::path(given) : fs::path(CONTINUO_SOURCE) / "../shared/data";
    const fs::path file = data / name / archive;
    there = fs::exists(file);
    if (!there) {
      WARN("skipped: no " << file.string() << " (set CONTINUO_DATA)");
      return;
    }
    make::run_or_throw({"tar", "-C", folder.path().string(), "-xf", file.string()});
    for (const char* list : {"info.csv", "README.md"}) {
      if (fs::exists(data / name / list)) fs::copy_file(data / name / list, folder.path() / list);
    }
  }
  data::MidiSources found() const {
    data::MidiOptions options;
    options.folders = {folder.path().string()};
    return data::find_midi(options);
  }
  data::ScratchFolder folder;
  bool there = false;
};

std::map<std::string, int> count_splits(const data::MidiSources& sources) {
  std::map<std::string, int> count;
  for (const data::MidiFile& file : sources.files) ++count[file.split];
  return count;
}

}  // namespace

TEST_CASE("Nottingham: every file is read whole; metres, and bars where the tunes have them") {
  const Unpacked data("nottingham", "nottingham-midi.tar.xz");
  if (!data.there) return;
  const auto sources = data.found();
  CHECK(sources.files.size() == 882 + 882 + 870);
  CHECK(sources.sources.at(0).licence.find("GNU General Public License v3") != std::string::npos);
  std::map<std::string, int> metres;
  int melodies = 0, tunes = 0;
  for (const data::MidiFile& file : sources.files) {
    const Sequence s = read_smf_file(file.path);
    CHECK(s.remarks.empty());
    CHECK(!s.notes.empty());
    CHECK(pickup_ticks(s) == 0);  // these files begin theirs with a rest
    if (file.name.find("melody/") == std::string::npos) continue;
    ++tunes;
    const Extracted x = extract(s, musicrnn_rules());
    melodies += !x.examples.empty();
    const Metre m = x.stretches.at(0).metre;
    ++metres[std::to_string(m.numerator) + "/" + std::to_string(m.denominator)];
  }
  CHECK(tunes == 882);
  CHECK(melodies > 800);
  for (const char* metre : {"2/4", "3/4", "4/4", "6/8", "9/8"}) CHECK(metres[metre] > 0);
  CHECK(metres["4/4"] < 0.65 * tunes);
}

TEST_CASE("O'Neill and Ryan: every file is read, and most begin with a pickup that is found") {
  const Unpacked data("folk", "folk-midi.tar.xz");
  if (!data.there) return;
  const auto sources = data.found();
  CHECK(sources.files.size() == 2735);
  int pickups = 0, melodies = 0;
  for (const data::MidiFile& file : sources.files) {
    const Sequence s = read_smf_file(file.path);
    pickups += pickup_ticks(s) > 0;
    melodies += !extract(s, musicrnn_rules()).examples.empty();
  }
  // Of the ABC files 2,107 of 2,725 begin with an incomplete bar.
  CHECK(pickups > 1800);
  CHECK(pickups < 2107);
  CHECK(melodies > 1800);
}

TEST_CASE("Groove: the published split, and every hit's velocity and time come back within a tick") {
  const Unpacked data("groove", "groove-midi.tar.xz");
  if (!data.there) return;
  const auto sources = data.found();
  CHECK(sources.files.size() == 1150);
  CHECK(count_splits(sources) == std::map<std::string, int>{{"train", 897}, {"valid", 124}, {"test", 129}});
  std::size_t hits = 0, back = 0, of_file = 0, wrong = 0;
  for (const data::MidiFile& file : sources.files) {
    const Sequence s = read_smf_file(file.path);
    const Extracted x = extract(s, musicrnn_rules());
    if (x.stretches.size() != 1) continue;
    std::multimap<std::tuple<int, int>, std::int64_t> played;  // pitch, velocity: ticks
    for (const Note& n : s.notes) played.insert({{n.pitch, n.velocity}, n.start_tick});
    of_file += s.notes.size();
    const double ticks_per_s = s.ticks_per_quarter * x.stretches[0].tempo_bpm / 60;
    for (const Example& whole : x.examples) {
      if (whole.kind != Kind::kGroove) continue;
      std::string line;
      append_json(line, whole, "item", "train");
      const Example e = parse_example(line);  // as a model reads it
      const double step_s = 60 / e.tempo_bpm / e.steps_per_quarter;
      for (const StepNote& n : e.tracks.at(0).notes) {
        ++hits;
        const double seconds = x.stretches[0].start_s + (e.start_step + n.start) * step_s + n.offset_ms / 1e3;
        const auto [first, last] = played.equal_range({n.pitch, n.velocity});
        bool found = false;
        for (auto i = first; i != last && !found; ++i)
          found = std::abs(seconds * ticks_per_s - static_cast<double>(i->second)) <= 1;
        back += found;
        wrong += !found;
      }
    }
  }
  CHECK(hits > 400'000);
  CHECK(wrong == 0);
  CHECK(static_cast<double>(back) > 0.97 * static_cast<double>(of_file));
  std::printf("Groove: %zu of %zu hits are in a groove, %zu of them not within a tick\n", hits, of_file,
              wrong);
}
