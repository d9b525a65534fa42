// What data make leaves on disk: whole files, labels, truth; stopped and resumed; other settings refused.
#include "models/data/make/made_folder.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

#include "models/data/audio_file.h"
#include "models/data/make/sources.h"
#include "models/data/make/tools.h"
#include "models/data/scratch_folder.h"

using namespace continuo::make;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

long lines_of(const fs::path& file) {
  const std::string text = text_of(file);
  return std::count(text.begin(), text.end(), '\n');
}

MakeOptions options_for(const fs::path& out) {
  MakeOptions options;
  options.name = "technique-singer";
  options.out = out;
  options.minutes = 0.3;
  return options;
}

}  // namespace

TEST_CASE("a made set has audio, truth, labels and a licence, and is resumed") {
  const continuo::data::ScratchFolder scratch;
  const fs::path out = scratch.path() / "singer";
  std::atomic<bool> stop = false;
  REQUIRE(make_source(options_for(out), stop) == 0);
  CHECK(text_of(out / "README.md").find("\nlicence: CC0 1.0\n") != std::string::npos);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(out)) {
    CHECK(entry.path().extension() != ".part");
    if (entry.path().extension() == ".flac") files.push_back(entry.path());
  }
  REQUIRE(files.size() >= 3);
  CHECK(lines_of(out / "labels.csv") == static_cast<long>(files.size()) + 1);
  for (const fs::path& file : files) {
    const auto audio = continuo::data::read_audio(file, 48000);
    const fs::path truth = out / "truth" / (file.stem().string() + ".csv");
    CHECK(lines_of(truth) == Approx(static_cast<double>(audio.size()) / 240 + 2).margin(2));
    CHECK(text_of(truth).starts_with("time_s,f0_hz,voiced,gain_db\n0.000,0.000,0,-120.00\n"));
  }

  const std::string first = text_of(files[0]), second = text_of(files[1]);
  fs::remove(files[0]);
  const auto before = fs::last_write_time(files[1]);
  REQUIRE(make_source(options_for(out), stop) == 0);
  CHECK(text_of(files[0]) == first);
  CHECK(fs::last_write_time(files[1]) == before);

  MakeOptions other = options_for(out);
  other.seed = 2;
  CHECK_THROWS_WITH(make_source(other, stop), Catch::Contains("give another --out"));
}

TEST_CASE("a stop leaves whole files and says that more is to come") {
  const continuo::data::ScratchFolder scratch;
  const fs::path out = scratch.path() / "singer";
  std::atomic<bool> stop = true;
  CHECK(make_source(options_for(out), stop) == 130);
  CHECK(fs::exists(out / "README.md"));
  CHECK(lines_of(out / "labels.csv") == 1);
  stop = false;
  CHECK(make_source(options_for(out), stop) == 0);
  CHECK(lines_of(out / "labels.csv") > 3);
}

TEST_CASE("a folder that something else filled is not touched") {
  const continuo::data::ScratchFolder scratch;
  std::ofstream(scratch.path() / "mine.txt") << "mine";
  std::atomic<bool> stop = false;
  CHECK_THROWS_WITH(make_source(options_for(scratch.path()), stop), Catch::Contains("did not write"));
}

TEST_CASE("unknown names and missing tools are told with what would help") {
  std::atomic<bool> stop = false;
  MakeOptions options = options_for("/nowhere");
  options.name = "kazoo";
  CHECK_THROWS_WITH(make_source(options, stop), Catch::Contains("tenor-sax"));
  CHECK_THROWS_WITH(require({{"no-such-program-1", "package-1"}}, false, "this"),
                    Catch::Contains("this needs package-1") && Catch::Contains("--install"));
  CHECK(missing_packages({{"sh", "dash"}, {"/no/such/file", "b"}, {"/no/such/too", "b"}}) ==
        std::vector<std::string>{"b"});
  CHECK(run({"no-such-program-1"}).status == 127);
  CHECK_THROWS_WITH(run_or_throw({"sh", "-c", "echo dark; exit 3"}), Catch::Contains("dark"));
}

TEST_CASE("24-bit FLAC keeps 24 bits and does not clip") {
  const continuo::data::ScratchFolder scratch;
  std::vector<float> audio(4800);
  for (std::size_t i = 0; i < audio.size(); ++i) audio[i] = 0.9f * std::sin(0.05f * static_cast<float>(i));
  write_flac(scratch.path() / "a.flac", audio, 48000);
  const auto back = continuo::data::read_audio(scratch.path() / "a.flac", 48000);
  REQUIRE(back.size() == audio.size());
  for (std::size_t i = 0; i < audio.size(); ++i) CHECK(std::abs(back[i] - audio[i]) < 1.5e-7f);
  for (float& v : audio) v *= 2;
  write_flac(scratch.path() / "b.flac", audio, 48000);
  for (const float v : continuo::data::read_audio(scratch.path() / "b.flac", 48000))
    CHECK(std::abs(v) < 0.991f);
}
