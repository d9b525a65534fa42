// Unusual items: who they are, and what is said about them.
#include "models/data/card/outliers.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace continuo::data;

namespace {

// Pitch and brightness rise together; loudness is on its own.
Set crowd(std::size_t count) {
  std::mt19937 chance(7);
  std::normal_distribution<double> normal;
  Set set;
  for (std::size_t i = 0; i < count; ++i) {
    Item item;
    item.id = std::to_string(i);
    const double height = normal(chance);
    item.features = {{"pitch_midi", 60 + 4 * height},
                     {"brightness_hz", 2000 + 300 * height + 60 * normal(chance)},
                     {"level_db", -20 + 3 * normal(chance)},
                     {"channels", 1}};
    set.items.push_back(item);
  }
  return set;
}

}  // namespace

TEST_CASE("one item far out comes first, with its reason") {
  Set set = crowd(200);
  set.items[17].features["pitch_midi"] = 90;
  const auto ranked = rank_by_distance(set);
  REQUIRE(ranked.size() == 200);
  CHECK(ranked[0].item == 17);
  CHECK(ranked[0].deviations[0].feature == "pitch_midi");
  CHECK(ranked[0].deviations[0].score == Approx(30 / 4.0).margin(1.5));
  CHECK(ranked[0].words.find("far higher than the rest: pitch F\u266f6 (most: ") == 0);
  CHECK(ranked.back().distance < 0.5);
}

TEST_CASE("an unusual combination of usual values is found") {
  Set set = crowd(200);
  set.items[3].features["pitch_midi"] = 66.5;
  set.items[3].features["brightness_hz"] = 1520;
  set.items[3].features["level_db"] = -20;
  const auto ranked = rank_by_distance(set);
  CHECK(ranked[0].item == 3);
  CHECK(ranked[0].words.find("unusual together: ") == 0);
}

TEST_CASE("a tenth of outliers does not hide itself") {
  Set set = crowd(200);
  for (std::size_t i = 0; i < 20; ++i) set.items[i * 10].features["level_db"] = -55;
  const auto ranked = rank_by_distance(set);
  for (std::size_t i = 0; i < 20; ++i) CHECK(ranked[i].item % 10 == 0);
}

TEST_CASE("what cannot be compared is not ranked") {
  CHECK(rank_by_distance(Set{}).empty());
  CHECK(rank_by_distance(crowd(4)).empty());
  Set alike = crowd(20);
  for (Item& item : alike.items) item.features = {{"pitch_midi", 60}};
  CHECK(rank_by_distance(alike).empty());
  Set odd = crowd(20);
  odd.items[0].features["level_db"] = std::numeric_limits<double>::quiet_NaN();
  odd.items[1].features.erase("pitch_midi");
  odd.items[2].kept = false;
  const auto ranked = rank_by_distance(odd);
  CHECK(ranked.size() == 19);
  for (const Unusual& unusual : ranked) CHECK(std::isfinite(unusual.distance));
}
