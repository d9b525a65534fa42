// Probing a set with a model, and sets made of edges.
#include "models/data/card/probe.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "models/data/audio_file.h"
#include "models/data/card/card.h"
#include "models/data/card/edges.h"
#include "models/data/card/listen.h"
#include "models/data/card/resynthesis.h"
#include "models/data/card/tracks.h"
#include "models/ddsp/inference/random_model.h"
#include "models/io/error.h"
#include "tests/models/data/card/fixture.h"
#include "tests/models/data/card/markup.h"

using namespace continuo;
using namespace continuo::data;

namespace {

const std::atomic<bool> kGoOn = false;

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<float> tone(double hz, double level, std::size_t samples = 16000) {
  std::vector<float> out(samples);
  for (std::size_t n = 0; n < samples; ++n)
    out[n] = static_cast<float>(level * std::sin(2 * M_PI * hz * static_cast<double>(n) / 16000));
  return out;
}

}  // namespace

TEST_CASE("the distance between sounds") {
  const auto a = tone(440, 0.3);
  CHECK(spectral_distance(a, a) == 0);
  const double softer = spectral_distance(a, tone(440, 0.25)), other = spectral_distance(a, tone(620, 0.3));
  CHECK(softer > 0.1);
  CHECK(other > 2 * softer);
  CHECK(spectral_distance(a, std::vector<float>(16000)) >= 1);
  CHECK(std::isfinite(spectral_distance(std::vector<float>(10), std::vector<float>())));
}

TEST_CASE("tracks become a model's conditioning") {
  Tracks tracks;
  tracks.hop = 160;
  tracks.sample_rate = 16000;
  tracks.f0_hz = {0, 440, 0, 0, 880, 0};
  tracks.db = {-80, -20, -20, -20, -10, -80};
  tracks.confidence = tracks.loudness = tracks.db;
  const Conditioning same = conditioning(tracks, 100, 6);
  const std::vector<float> expected = {69, 69, 69, 81, 81, 81};
  for (std::size_t j = 0; j < 6; ++j) CHECK(same.midi[j] == Approx(expected[j]));
  const Conditioning finer = conditioning(tracks, 200, 12);
  CHECK(finer.db[7] == Approx(-15));
  CHECK(finer.db[11] == Approx(-80));
  tracks.f0_hz.assign(6, 0);
  CHECK(conditioning(tracks, 100, 6).midi[3] == 60);
}

TEST_CASE("a model is played on every item; the worst and the best can be heard") {
  ScratchFolder folder;
  const auto set = folder.path() / "oboe", model = folder.path() / "random.safetensors";
  write_audio_fixture(set);
  ddsp::RandomModelSpec spec;
  spec.reverb_taps = 300;
  ddsp::random_model(spec).write(model.string());

  REQUIRE(probe({set, model, 3}, kGoOn) == 0);
  const Facts result = Facts::parse(read(set / "probe.json"));
  const Facts& of_model = result["model"];
  CHECK(of_model["items"] == 39);
  CHECK(of_model["worst"].size() == 3);
  CHECK(of_model["best"].size() == 3);
  CHECK(of_model["worst"][0]["distance"].get<double>() > of_model["best"][0]["distance"].get<double>());
  CHECK(of_model["distances"].size() == 39);
  CHECK(result["ranking"][0]["id"] == "odd");
  CHECK_FALSE(std::filesystem::exists(set / "probe.partial.jsonl"));
  for (const char* side : {"original", "model"}) {
    const auto sound = read_audio(set / of_model["worst"][0][side].get<std::string>(), 24000);
    CHECK(sound.size() == 24000);
    float peak = 0;
    for (const float s : sound) peak = std::max(peak, std::abs(s));
    CHECK(peak > 0.001f);
  }
  const std::string page = read(set / "card.html");
  CHECK(malformed(page) == "");
  CHECK(page.find("Explained worst") != std::string::npos);

  SECTION("a probe without a model keeps what the model said") {
    REQUIRE(probe({set, {}, 3}, kGoOn) == 0);
    CHECK(Facts::parse(read(set / "probe.json"))["model"] == of_model);
  }
  SECTION("edges by the model") {
    const auto out = folder.path() / "edges";
    CHECK(assemble_edges({set, out, 0.05, "model"}) == 2);
    const Set edges = read_set(out);
    std::vector<std::string> worst = {of_model["worst"][0]["id"], of_model["worst"][1]["id"]};
    for (const Item& item : edges.items) CHECK(std::count(worst.begin(), worst.end(), item.id) == 1);
  }
}

TEST_CASE("a probe that is stopped goes on where it was") {
  ScratchFolder folder;
  const auto set = folder.path() / "oboe", model = folder.path() / "random.safetensors";
  write_audio_fixture(set);
  ddsp::random_model().write(model.string());
  const std::atomic<bool> stopped = true;
  CHECK(probe({set, model, 3}, stopped) == 1);
  CHECK_FALSE(std::filesystem::exists(set / "probe.json"));

  // Everything was measured before, but one item; a distance that is known is not measured again.
  const std::string key = std::filesystem::absolute(model).lexically_normal().string() + " " +
                          std::to_string(std::filesystem::file_size(model)) + " " +
                          std::to_string(std::filesystem::last_write_time(model).time_since_epoch().count());
  std::ofstream ledger(set / "probe.partial.jsonl");
  for (const Item& item : read_set(set).items) {
    if (item.id != "tone-07")
      ledger << Facts({{"model", key}, {"id", item.id}, {"distance", 1000}}).dump() << "\n";
  }
  ledger << "{\"torn";
  ledger.close();
  REQUIRE(probe({set, model, 1}, kGoOn) == 0);
  const Facts result = Facts::parse(read(set / "probe.json"));
  CHECK(result["model"]["worst"][0]["distance"] == 1000);
  CHECK(result["model"]["best"][0]["id"] == "tone-07");
}

TEST_CASE("what cannot be probed says why") {
  ScratchFolder folder;
  const auto tunes = folder.path() / "tunes", oboe = folder.path() / "oboe",
             model = folder.path() / "m.safetensors";
  write_midi_fixture(tunes);
  ddsp::random_model().write(model.string());
  CHECK_THROWS_WITH(probe({tunes, model, 3}, kGoOn), Catch::Contains("explains audio sets"));
  write_audio_fixture(oboe);
  write_file(model, "nonsense");
  CHECK_THROWS_AS(probe({oboe, model, 3}, kGoOn), io::Error);
}

TEST_CASE("a set of edges") {
  ScratchFolder folder;
  const auto set = folder.path() / "set", out = folder.path() / "edges";
  SECTION("of recordings: the files are the same files") {
    write_audio_fixture(set);
    CHECK(assemble_edges({set, out, 0.1, "features"}) == 4);
    const Set edges = read_set(out);
    CHECK(edges.settings["edges_share"] == 0.1);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(out / "items")) {
      ++files;
      CHECK(std::filesystem::equivalent(entry.path(), set / "items" / entry.path().filename()));
    }
    CHECK(files == 8);
    CHECK(std::any_of(edges.items.begin(), edges.items.end(),
                      [](const Item& item) { return item.id == "odd"; }));
    write_card(out);
  }
  SECTION("of MIDI files: their examples come along") {
    write_midi_fixture(set);
    CHECK(assemble_edges({set, out, 0.25, "features"}) == 6);
    const std::string lines = read(out / "melodies.jsonl");
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 6);
    CHECK(lines.find("tune-23") != std::string::npos);
    write_card(out);
  }
  SECTION("nothing is overwritten") {
    write_audio_fixture(set);
    write_midi_fixture(out);
    CHECK_THROWS_WITH(assemble_edges({set, out, 0.1, "features"}), Catch::Contains("holds a set already"));
  }
  SECTION("without a probed model") {
    write_audio_fixture(set);
    CHECK_THROWS_WITH(assemble_edges({set, out, 0.1, "model"}), Catch::Contains("data probe"));
  }
}

TEST_CASE("shares are written as people write them") {
  CHECK(parse_share("10%") == Approx(0.1));
  CHECK(parse_share("0.25") == Approx(0.25));
  for (const char* wrong : {"", "ten", "0", "-1%", "101%", "2", "10%%", "nan"})
    CHECK_THROWS_WITH(parse_share(wrong), Catch::Contains("write 10%"));
}

TEST_CASE("notes can be heard") {
  const Facts roll = Facts::parse(
      R"([[60,0,4,"melody",90],[36,4,5,"drums",100],[38,8,9,"drums",100],[62,1000,1004,"melody",90]])");
  const auto sound = play_roll(roll, 0.125);
  CHECK(sound.size() == 20 * 22050);
  float peak = 0;
  for (const float s : sound) peak = std::max(peak, std::abs(s));
  CHECK(peak == Approx(0.7f));
  CHECK(play_roll(Facts::array(), 0.1).size() < 22050);
}
