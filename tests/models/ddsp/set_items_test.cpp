// What a DDSP model takes of a data set, and which sets it refuses with the right command.
#include "models/ddsp/set_items.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/data/set.h"

namespace fs = std::filesystem;
using namespace continuo;

namespace {

data::Set set_of(std::initializer_list<const char*> splits) {
  data::Set set;
  set.kind = "audio";
  set.use = "ddsp";
  set.settings = {{"sample_rate", 24000}, {"hop", 240}};
  set.sources = {{"oboe", "/music/oboe", "", ""}};
  int n = 0;
  for (const char* split : splits) {
    data::Item item;
    item.id = "item" + std::to_string(n);
    item.source = "oboe";
    item.file = "day1/take" + std::to_string(n) + ".wav";
    item.group = "oboe/day1/take" + std::to_string(n++);
    item.split = split;
    set.items.push_back(item);
  }
  return set;
}

fs::path written(const data::Set& set) {
  const fs::path folder = fs::temp_directory_path() / "continuo_set_items_test";
  fs::remove_all(folder);
  data::write_set(folder, set);
  return folder;
}

std::size_t held_out(const std::vector<ddsp::SetItem>& items) {
  return static_cast<std::size_t>(
      std::count_if(items.begin(), items.end(), [](const ddsp::SetItem& i) { return i.held_out; }));
}

}  // namespace

TEST_CASE("train trains, valid is held out, test is not touched, unclean items neither") {
  data::Set set = set_of({"train", "train", "valid", "test", "train"});
  set.items[4].kept = false;
  const auto folder = written(set);
  CHECK(ddsp::is_set(folder));
  const auto items = ddsp::set_items(folder, 24000, 240);
  REQUIRE(items.size() == 3);
  CHECK(items[0].file == folder / "items/item0.flac");
  CHECK(items[0].player == "oboe/day1");
  CHECK(held_out(items) == 1);
  CHECK(items[2].held_out);
}

TEST_CASE("without valid the test is held out; without either, one recording of four") {
  CHECK(held_out(ddsp::set_items(written(set_of({"train", "test", "train"})), 24000, 240)) == 1);
  CHECK(held_out(ddsp::set_items(written(set_of({"train", "train", "train", "train"})), 24000, 240)) == 1);
  CHECK(held_out(ddsp::set_items(written(set_of({"train", "train"})), 24000, 240)) == 0);
}

TEST_CASE("a set for another model, rate or hop is refused with the command that makes the right one") {
  data::Set set = set_of({"train"});
  const auto folder = written(set);
  CHECK_THROWS_WITH(ddsp::set_items(folder, 16000, 160),
                    Catch::Contains("data audio /music/oboe --for ddsp --rate 16000 --hop 160 --out"));
  set.use = "samplernn";
  CHECK_THROWS_WITH(ddsp::set_items(written(set), 24000, 240),
                    Catch::Contains("data audio /music/oboe --for ddsp"));
  set.kind = "midi";
  set.use = "musicrnn";
  CHECK_THROWS_WITH(ddsp::set_items(written(set), 24000, 240), Catch::Contains("musicrnn"));
}
