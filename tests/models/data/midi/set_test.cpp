// Sets made of folders: splits, copies, one tune in many files, ABC, resumption.
#include "models/data/midi/midi_set.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "models/data/make/tools.h"
#include "models/data/midi/same_tune.h"
#include "models/data/midi/smf.h"
#include "models/data/midi/sources.h"
#include "models/data/scratch_folder.h"
#include "models/data/set.h"
#include "tests/models/data/midi/midi_bytes.h"

using namespace continuo;
using namespace continuo::data;
using namespace continuo::test;
namespace fs = std::filesystem;

namespace {

const std::atomic<bool> kGoOn{false};

void write(const fs::path& file, const Bytes& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << as_text(bytes);
}

// Eight bars that differ from tune to tune, `up` semitones higher.
Bytes tune(unsigned which, int up = 0, int velocity = 90) {
  std::vector<int> pitches;
  unsigned state = which * 2654435761u + 1;
  for (int i = 0; i < 64; ++i) {
    state = state * 1664525u + 1013904223u;
    pitches.push_back(60 + up + static_cast<int>(state >> 24) % 13);
  }
  return midi_file({TrackBytes().line(0, 48, pitches, 1, velocity).end()});
}

MidiOptions options_for(const fs::path& folder, const fs::path& out, const std::string& use = "musicrnn") {
  MidiOptions o;
  o.folders = {folder.string()};
  o.out = out;
  o.use = use;
  o.rules = use == "musicvae" ? symbolic::musicvae_rules() : symbolic::musicrnn_rules();
  return o;
}

// "tune7.mid", "t7-3.mid".
std::string named(const char* stem, unsigned i, int part = 0) {
  std::ostringstream name;
  name << stem << i;
  if (*stem && !stem[1]) name << '-' << part;
  name << ".mid";
  return name.str();
}

std::string whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a folder becomes a set; what is wrong with a file is told") {
  const ScratchFolder folder;
  const fs::path in = folder.path() / "in", out = folder.path() / "out";
  for (unsigned i = 0; i < 20; ++i) write(in / named("tune", i), tune(i));
  write(in / "copy.MID", tune(3));
  write(in / "empty.mid", {});
  write(in / "no \"midi\"\xff.mid", {1, 2, 3});
  write(in / "score.musicxml", {'<'});
  REQUIRE(make_midi_set(options_for(in, out), kGoOn) == 0);
  const Set set = read_set(out);
  CHECK(set.items.size() == 21);
  CHECK(set.skipped.size() == 3);
  int faulty = 0;
  for (const Item& item : set.items) {
    faulty += !item.faults.empty();
    if (item.faults.empty()) continue;
    CHECK(item.faults[0].measure == "duplicate");
  }
  CHECK(faulty == 1);
  std::istringstream lines(whole(out / "melodies.jsonl"));
  int n = 0;
  for (std::string line; std::getline(lines, line); ++n) {
    const symbolic::Example e = symbolic::parse_example(line);
    for (const Item& item : set.items) {
      if (item.id == e.item) CHECK(item.split == e.split);
    }
  }
  CHECK(n == 20);
  CHECK(!fs::exists(out / "midi.partial"));
  MidiOptions other = options_for(in, out);
  other.rules.melody.min_bars = 2;
  CHECK_THROWS_WITH(make_midi_set(other, kGoOn), Catch::Contains("--overwrite"));
  CHECK_THROWS_WITH(make_midi_set(options_for(folder.path() / "none", folder.path() / "new"), kGoOn),
                    Catch::Contains("no such folder"));
}

TEST_CASE("one tune in several files, in any key, lies in one split") {
  const ScratchFolder folder;
  const fs::path in = folder.path() / "in", out = folder.path() / "out";
  for (unsigned i = 0; i < 12; ++i) {
    for (const int up : {0, 3, -4}) write(in / named("t", i, up), tune(i, up, 90 + up));
  }
  REQUIRE(make_midi_set(options_for(in, out), kGoOn) == 0);
  std::map<std::string, std::set<std::string>> splits;
  std::set<std::string> groups, all;
  for (const Item& item : read_set(out).items) {
    CHECK(item.kept);
    splits[item.file.substr(0, item.file.find('-'))].insert(item.split);
    groups.insert(item.group);
    all.insert(item.split);
  }
  for (const auto& [name, of] : splits) {
    INFO(name);
    CHECK(of.size() == 1);
  }
  CHECK(groups.size() == 12);
  CHECK(all.size() > 1);
}

TEST_CASE("marks are the same in every key; scales and other tunes have none in common") {
  const auto marks = [](const Bytes& file) { return symbolic::tune_marks(symbolic::read_smf(file)); };
  CHECK(marks(tune(1)).size() > 30);
  CHECK(marks(tune(1)) == marks(tune(1, 7)));
  const std::vector<std::vector<std::uint64_t>> two{marks(tune(1)), marks(tune(2)), marks(tune(1, 2))};
  CHECK(symbolic::tune_groups(two, std::vector<std::string>{"a", "b", "c"}) ==
        std::vector<std::size_t>{0, 1, 0});
  CHECK(symbolic::tune_groups(two, std::vector<std::string>{"a", "b", "b"}) ==
        std::vector<std::size_t>{0, 0, 0});
  CHECK(marks(midi_file({TrackBytes().line(0, 48, {60, 62, 64, 65, 67, 69, 71, 72}, 4).end()})).empty());
}

TEST_CASE("published splits are kept, also when a folder of theirs is given") {
  const ScratchFolder folder;
  const fs::path in = folder.path() / "in";
  write(in / "drummer1/a.mid", tune(1));
  write(in / "drummer1/b.mid", tune(1, 2));  // the same tune on the other side: left there, and told
  std::ofstream(in / "info.csv") << "drummer,midi_filename,\"a, b\",split\r\nd,drummer1/a.mid,x,test\r\n"
                                    "d,drummer1/b.mid,x,validation\r\n";
  for (const fs::path& given : {in, in / "drummer1"}) {
    const MidiSources sources = find_midi(options_for(given, folder.path() / "out"));
    REQUIRE(sources.files.size() == 2);
    CHECK(sources.files[0].split == "test");
    CHECK(sources.files[1].split == "valid");
    CHECK(sources.files[1].published);
  }
  REQUIRE(make_midi_set(options_for(in, folder.path() / "out"), kGoOn) == 0);
  CHECK(read_set(folder.path() / "out").items[1].split == "valid");
}

TEST_CASE("licence and attribution come from the source's README, in either form") {
  const ScratchFolder folder;
  const auto rights = [&](const std::string& readme) {
    write(folder.path() / "in/a.mid", tune(1));
    std::ofstream(folder.path() / "in/README.md") << readme;
    return find_midi(options_for(folder.path() / "in", folder.path() / "out")).sources.at(0);
  };
  const Source table =
      rights("# X\n| licence | CC BY 4.0 (file LICENSE) |\n\nAttribution: Somebody, 2020.\n");
  CHECK(table.licence == "CC BY 4.0 (file LICENSE)");
  CHECK(table.attribution == "Somebody, 2020.");
  const Source made = rights("# X\n\nlicence: GPL-2.0-or-later\nattribution: Bob\n");
  CHECK(made.licence == "GPL-2.0-or-later");
  CHECK(made.attribution == "Bob");
}

TEST_CASE("after kill -9 the same command goes on, and gives the same bytes") {
  const ScratchFolder folder;
  const fs::path in = folder.path() / "in", out = folder.path() / "out", fresh = folder.path() / "fresh";
  for (unsigned i = 0; i < 400; ++i) write(in / named("tune", i), tune(i % 350, i >= 350));
  const auto options = options_for(in, out, "musicvae");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stdout);
    make_midi_set(options, kGoOn);
    _exit(0);
  }
  // In the middle: some records are there, most are not.
  for (int i = 0;
       i < 5000 && (!fs::exists(out / "midi.partial") || fs::file_size(out / "midi.partial") < 200'000); ++i)
    usleep(200);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) WARN("the set was whole before it could be killed");
  // As if the kill had come within a record.
  if (fs::exists(out / "midi.partial"))
    fs::resize_file(out / "midi.partial", fs::file_size(out / "midi.partial") - 7);
  REQUIRE(make_midi_set(options, kGoOn) == 0);
  REQUIRE(make_midi_set(options_for(in, fresh, "musicvae"), kGoOn) == 0);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(fresh)) {
    ++files;
    INFO(entry.path().filename());
    CHECK(whole(entry.path()) == whole(out / entry.path().filename()));
  }
  CHECK(files == 3);  // set.json, windows of 2 and of 4 bars
}

TEST_CASE("ABC: by abc2midi where it is, and a clear word where it is not") {
  const ScratchFolder folder;
  const fs::path in = folder.path() / "in", out = folder.path() / "out";
  fs::create_directories(in);
  std::ofstream(in / "two.ABC")
      << "X:1\nT:One\nM:6/8\nL:1/8\nK:D\nA|dfa agf|efg fed|dfa agf|efd d2A|dfa agf|efg fed|"
         "dfa agf|efd d2:|\n\nX:2\nT:Two\nM:3/4\nL:1/4\nK:G\nGBd|gdB|cea|gfe|dBG|ABc|BGE|D2D|G3|\n";
  std::ofstream(in / "not.abc") << "nothing that is music\n";
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  CHECK_THROWS_WITH(make_midi_set(options_for(in, out), kGoOn), Catch::Contains("abcmidi"));
  setenv("PATH", path.c_str(), 1);
  if (!abc2midi_installed()) {
    WARN("skipped: abc2midi is not installed (Debian: abcmidi)");
    return;
  }
  REQUIRE(make_midi_set(options_for(in, out), kGoOn) == 0);
  const Set set = read_set(out);
  REQUIRE(set.items.size() == 2);
  CHECK(set.items[0].details["metre"] == nlohmann::json{6, 8});
  CHECK(set.items[0].details["pickup_quarters"] == 0.5);
  CHECK(set.items[0].details["key"] == "D");
  CHECK(set.items[1].details["metre"] == nlohmann::json{3, 4});
  CHECK(set.items[0].group != set.items[1].group);  // a book is no recording
  REQUIRE(set.skipped.size() == 1);
  CHECK(set.skipped[0].reason.find("abc2midi made no tune") == 0);
  CHECK(std::distance(fs::directory_iterator(in), {}) == 2);  // nothing was written next to them
}
