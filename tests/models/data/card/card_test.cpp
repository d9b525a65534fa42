// Data cards of sets made in code: the facts against an expected file, the page's form, the warnings.
#include "models/data/card/card.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "models/data/card/page.h"
#include "models/data/card/text.h"
#include "tests/models/data/card/fixture.h"
#include "tests/models/data/card/markup.h"

using namespace continuo::data;

namespace {

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

bool warned(const Facts& facts, const std::string& words) {
  return std::any_of(facts["warnings"].begin(), facts["warnings"].end(), [&](const Facts& warning) {
    return warning["words"].get<std::string>().find(words) != std::string::npos;
  });
}

// CONTINUO_WRITE_GOLDEN=1 writes the expected files anew; look at the difference before you commit it.
void check_golden(const std::filesystem::path& card, const std::filesystem::path& file) {
  if (std::getenv("CONTINUO_WRITE_GOLDEN")) write_file(file, read(card));
  const std::string expected = read(file);
  REQUIRE_FALSE(expected.empty());
  const Facts was = Facts::parse(expected), is = Facts::parse(read(card));
  INFO("what changed: " << Facts::diff(was, is).dump(1));
  CHECK(is == was);
}

void check_page(const std::filesystem::path& folder) {
  const std::string page = read(folder / "card.html");
  std::vector<std::string> links;
  CHECK(malformed(page, [&](std::string_view, std::string_view name, std::string_view value) {
          if (name == "src" || name == "href") links.emplace_back(value);
          CHECK(name.substr(0, 2) != "on");
        }) == "");
  for (const std::string_view out : {"://", "url(", "@import", "<script", "<link", "<iframe"}) {
    INFO(out);
    CHECK(page.find(out) == std::string::npos);
  }
  for (const std::string& file : links) CHECK(std::filesystem::exists(folder / file));
}

}  // namespace

TEST_CASE("the card of a set of recordings") {
  ScratchFolder folder;
  const auto set = folder.path() / "oboe";
  write_audio_fixture(set);
  const Facts facts = write_card(set);
  check_golden(set / "card.json", "tests/data/card-audio.json");
  check_page(set);

  CHECK(facts["counts"]["kept"] == 39);
  CHECK(facts["counts"]["left_out"] == 1);
  CHECK(facts["unusual"][0]["id"] == "odd");
  CHECK(facts["unusual"][0]["words"].get<std::string>().find("higher than the rest: pitch median C6") !=
        std::string::npos);
  CHECK(warned(facts, "No licence is known for attic"));
  CHECK(warned(facts, "Only 39 seconds of sound"));
  CHECK(warned(facts, "1 item is not clean but kept all the same"));
  CHECK_FALSE(warned(facts, "one loudness"));
  const std::string page = read(set / "card.html");
  CHECK(page.find("oboe &amp; friends") != std::string::npos);
  CHECK(page.find("items/odd.flac") != std::string::npos);
}

TEST_CASE("the card of a set of MIDI files") {
  ScratchFolder folder;
  const auto set = folder.path() / "tunes";
  write_midi_fixture(set);
  const Facts facts = write_card(set);
  check_golden(set / "card.json", "tests/data/card-midi.json");
  check_page(set);

  CHECK(facts["shared"][0]["pairs"][0]["train"] == "tune-03");
  CHECK(facts["shared"][0]["pairs"][0]["held_out"] == "tune-20");
  CHECK(warned(facts, "Train and test hold the same tune 1 time among the melodies (tune-03 and tune-20)"));
  CHECK(facts["unusual"][0]["id"] == "tune-23");
  CHECK(facts["unusual"][0].contains("roll"));
}

TEST_CASE("warnings in plain words") {
  ScratchFolder folder;
  const auto path = folder.path() / "set";
  write_audio_fixture(path);
  Set set = read_set(path);

  SECTION("nothing is kept") {
    for (Item& item : set.items) item.kept = false;
    write_set(path, set);
    CHECK(warned(write_card(path), "There is nothing in this set"));
    check_page(path);
  }
  SECTION("an empty manifest still has a page") {
    set.items.clear();
    set.sources.clear();
    set.skipped.clear();
    write_set(path, set);
    CHECK(warned(write_card(path), "There is nothing in this set"));
    check_page(path);
  }
  SECTION("one loudness, one pitch, one recording") {
    std::erase_if(set.items, [](const Item& item) { return item.id != "tone-00" && item.id != "tone-40"; });
    write_set(path, set);
    const Facts facts = write_card(path);
    CHECK(warned(facts, "All notes have one loudness"));
    CHECK(warned(facts, "There is one pitch only: C3."));
    CHECK(warned(facts, "Everything comes from one recording"));
    check_page(path);
  }
  SECTION("a narrow range") {
    std::erase_if(set.items, [](const Item& item) {
      const double midi = item.features.at("pitch_median_midi");
      return midi != 48 && midi != 52;
    });
    write_set(path, set);
    CHECK(warned(write_card(path), "Pitches between C3 and E3 only: 4 semitones."));
  }
  SECTION("a recording in two splits") {
    set.items[0].split = "test";
    write_set(path, set);
    CHECK(warned(write_card(path), "1 recording stands in more than one split"));
  }
  SECTION("broken tracks are told, and the page still stands") {
    write_file(path / "items" / "tone-07.tracks.safetensors", "not tensors");
    CHECK(warned(write_card(path), "1 file of the set cannot be read"));
    check_page(path);
  }
}

TEST_CASE("a folder without a set says so") {
  ScratchFolder folder;
  CHECK_THROWS_WITH(write_card(folder.path()), Catch::Contains("no data set is here"));
}

TEST_CASE("words for people") {
  CHECK(note_name(60) == "C4");
  CHECK(note_name(54) == "F\u266f3");
  CHECK(num(-1234.5, 2) == "\u22121,234.5");
  CHECK(num(-0.001, 2) == "0");
  CHECK(time_words(34) == "34 seconds");
  CHECK(time_words(1164) == "19.4 minutes");
  CHECK(percent(0.004) == "less than 1 %");
  CHECK(plural(1204, "item") == "1,204 items");
  CHECK(escape("<a & \"b\"> \xe9") == "&lt;a &amp; &quot;b&quot;&gt; \xef\xbf\xbd");
  CHECK(link("items/a b%.flac") == "items/a%20b%25.flac");
  CHECK(feature_words("level_median_db") == "level median");
}

TEST_CASE("what reads the page sees its faults") {
  const std::string type = "<!DOCTYPE html>\n";
  CHECK(malformed(type + "<p a=\"1\">x &amp; y<br/></p>").empty());
  CHECK_FALSE(malformed(type + "<p><b></p></b>").empty());
  CHECK_FALSE(malformed(type + "<p>").empty());
  CHECK_FALSE(malformed(type + "<p>x & y</p>").empty());
  CHECK_FALSE(malformed(type + "<p a=1></p>").empty());
}

// Leaves both fixtures and their cards where one can look at them: card_test "[look]" with CARD_OUT set.
TEST_CASE("fixtures to look at", "[.look]") {
  const char* out = std::getenv("CARD_OUT");
  REQUIRE(out);
  write_audio_fixture(std::filesystem::path(out) / "oboe");
  write_card(std::filesystem::path(out) / "oboe");
  write_midi_fixture(std::filesystem::path(out) / "tunes");
  write_card(std::filesystem::path(out) / "tunes");
}
