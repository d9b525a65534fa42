// Where something sounds: silences, clicks, noise, long stretches, chunks.
#include <catch2/catch.hpp>

#include "models/data/audio/segment.h"

using namespace continuo::data;

namespace {

constexpr double kBlock_s = 0.01;

struct Part {
  int blocks;
  float db;
};

std::vector<float> levels(std::initializer_list<Part> parts) {
  std::vector<float> db;
  for (const Part& part : parts) db.insert(db.end(), static_cast<std::size_t>(part.blocks), part.db);
  return db;
}

}  // namespace

TEST_CASE("two sounds with a pause between them are two stretches, each with lead and tail") {
  const auto s = sounding_stretches(levels({{100, -90}, {100, -20}, {100, -90}, {100, -20}, {100, -90}}),
                                    kBlock_s, 0.5, {});
  REQUIRE(s.size() == 2);
  CHECK(s[0].begin_s == Approx(0.95));
  CHECK(s[0].end_s == Approx(2.25));
  CHECK(s[1].begin_s == Approx(2.95));
  CHECK(s[1].end_s == Approx(4.25));
}

TEST_CASE("short pauses do not cut; clicks are no sounds; a soft end belongs to its sound") {
  CHECK(sounding_stretches(levels({{100, -20}, {20, -90}, {100, -20}}), kBlock_s, 0.5, {}).size() == 1);
  const auto s = sounding_stretches(
      levels({{100, -90}, {2, -3}, {100, -90}, {100, -20}, {30, -64}, {100, -90}}), kBlock_s, 0.5, {});
  REQUIRE(s.size() == 1);
  CHECK(s[0].begin_s == Approx(1.97).margin(0.011));
  CHECK(s[0].end_s == Approx(3.57).margin(0.011));
}

TEST_CASE("what lies 40 dB under the loudest, or at the level of the noise, is silence") {
  CHECK(sounding_stretches(levels({{100, -10}, {100, -58}, {100, -10}}), kBlock_s, 0.5, {}).size() == 2);
  // A hiss of -45 dB between notes of -15 dB.
  CHECK(
      sounding_stretches(levels({{100, -15}, {100, -45}, {100, -15}, {50, -45}}), kBlock_s, 0.5, {}).size() ==
      2);
  // A steady drone has no noise floor.
  CHECK(sounding_stretches(levels({{500, -45}}), kBlock_s, 0.5, {}).size() == 1);
}

TEST_CASE("neighbours share a short pause; what is too short is left out; nothing comes of silence") {
  SilenceRules rules;
  rules.lead_s = rules.tail_s = 1;
  const auto s = sounding_stretches(levels({{100, -20}, {40, -90}, {100, -20}}), kBlock_s, 0.5, rules);
  REQUIRE(s.size() == 2);
  CHECK(s[0].end_s == Approx(1.2));
  CHECK(s[1].begin_s == Approx(1.2));
  CHECK(sounding_stretches(levels({{50, -90}, {20, -20}, {50, -90}}), kBlock_s, 0.8, {}).empty());
  CHECK(sounding_stretches(levels({{500, -90}}), kBlock_s, 0.5, {}).empty());
  CHECK(sounding_stretches({}, kBlock_s, 0.5, {}).empty());
}

TEST_CASE("a long stretch is cut at its quietest moments, and nothing is lost") {
  auto db = levels({{5000, -20}});
  db[1320] = -50;
  const auto parts = cut_long({0, 50}, db, kBlock_s, 20);
  REQUIRE(parts.size() == 4);
  CHECK(parts[0].end_s == Approx(13.205));
  CHECK(parts.front().begin_s == 0);
  CHECK(parts.back().end_s == 50);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    CHECK(parts[p].length_s() <= 20);
    if (p > 0) CHECK(parts[p].begin_s == parts[p - 1].end_s);
  }
  CHECK(cut_long({0, 20}, db, kBlock_s, 20).size() == 1);
}

TEST_CASE("chunks follow each other, or overlap on request; a short rest is left out") {
  const auto plain = chunks_of({1, 30}, 8, 0, 2);
  REQUIRE(plain.size() == 4);
  CHECK(plain[3].begin_s == Approx(25));
  CHECK(plain[3].end_s == Approx(30));
  CHECK(chunks_of({0, 25}, 8, 0, 2).size() == 3);
  const auto over = chunks_of({0, 20}, 8, 4, 2);
  REQUIRE(over.size() == 4);
  CHECK(over[1].begin_s == Approx(4));
  CHECK(over[3].end_s == Approx(20));
}
