// Song model files: what is refused, and why.
#include "models/song/inference/model.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "models/song/inference/random_model.h"

using namespace continuo;
using namespace continuo::song;
using Catch::Contains;

namespace {

std::string changed(const std::function<void(nlohmann::json&)>& change) {
  nlohmann::json j = nlohmann::json::parse(to_json(random_config(3)));
  change(j);
  return j.dump();
}

}  // namespace

TEST_CASE("a config reads as it was written") {
  const Config one = random_config(3);
  const Config two = parse_config(to_json(one), "here");
  CHECK(two.techniques.size() == 3);
  CHECK(two.techniques[2].name == "t2");
  CHECK(two.hidden == one.hidden);
  CHECK(two.statistics.level_db == one.statistics.level_db);
  CHECK(to_json(two) == to_json(one));
}

TEST_CASE("configs that make no sense are refused by name") {
  const auto fails = [](const std::function<void(nlohmann::json&)>& change, const char* reason) {
    CHECK_THROWS_WITH(parse_config(changed(change), "m: config"), Contains(reason));
  };
  fails([](auto& j) { j["kind"] = "ddsp"; }, "kind is \"ddsp\"; it must be \"song\"");
  fails([](auto& j) { j["format"] = "continuo/2"; }, "newer than this Continuo");
  fails([](auto& j) { j["format"] = "x"; }, "a Continuo model says");
  fails([](auto& j) { j.erase("hidden"); }, "m: config.hidden is missing");
  fails([](auto& j) { j["frame_rate"] = 5000; }, "m: config.frame_rate is 5000");
  fails([](auto& j) { j["techniques"] = nlohmann::json::array(); }, "techniques must be a list of 1 to 32");
  fails([](auto& j) { j["techniques"][0]["name"] = "Ä"; }, "techniques[0].name");
  fails([](auto& j) { j["statistics"]["intervals"].erase(0); }, "intervals must be a list of 33");
  fails([](auto& j) { j["statistics"]["level_db"][0] = 0; }, "must not decrease");
  CHECK_THROWS_AS(parse_config("{", "m"), io::Error);
  CHECK_THROWS_AS(parse_config("[]", "m"), io::Error);
}

TEST_CASE("a missing or misshapen tensor is refused") {
  Config config = random_config(2);
  const auto good = random_model(config, 1).bytes();
  CHECK_NOTHROW(Model::from(io::Safetensors::parse("good", good)));
  Config wider = config;
  wider.hidden = 32;
  auto writer = random_model(config, 1);
  writer.set_metadata("config", to_json(wider));
  CHECK_THROWS_WITH(Model::from(io::Safetensors::parse("odd", writer.bytes())),
                    Contains("frame.lower.weight_ih"));
  io::SafetensorsWriter empty;
  CHECK_THROWS_WITH(Model::from(io::Safetensors::parse("none", empty.bytes())), Contains("config"));
}
