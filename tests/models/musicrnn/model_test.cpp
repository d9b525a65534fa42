// Models that are broken, and how a class is chosen.
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/musicrnn/inference/model.h"
#include "models/musicrnn/inference/sampling.h"

using namespace continuo::musicrnn;

TEST_CASE("A config says what is wrong with it") {
  const auto fault = [](const std::string& text) -> std::string {
    try {
      (void)parse_config(text, "m.safetensors");
    } catch (const std::exception& error) {
      return error.what();
    }
    return {};
  };
  const std::string good = R"("format":"continuo/1","kind":"musicrnn","representation":{"name":"lookback"})";
  CHECK(fault("{" + good + R"(,"cells":[64,64]})").empty());
  CHECK_THAT(fault("[]"), Catch::Contains("musicrnn"));
  CHECK_THAT(fault(R"({"format":"continuo/9","kind":"musicrnn"})"), Catch::Contains("continuo/9"));
  CHECK_THAT(fault("{" + good + "}"), Catch::Contains("cells"));
  CHECK_THAT(fault("{" + good + R"(,"cells":[0]})"), Catch::Contains("1 to 4096"));
  CHECK_THAT(fault(R"({"format":"continuo/1","kind":"musicrnn","cells":[8]})"),
             Catch::Contains("representation"));
  CHECK_THAT(
      fault(R"({"format":"continuo/1","kind":"musicrnn","cells":[8],"representation":{"name":"jazz"}})"),
      Catch::Contains("lookback"));
}

TEST_CASE("Chances: as likely as they are, nothing below top-p, nothing that must not come") {
  Chance chance{7};
  const std::vector<float> logits{std::log(0.5f), std::log(0.3f), std::log(0.15f), std::log(0.05f), kNever};
  std::vector<int> counts(5);
  for (int i = 0; i < 20000; ++i) {
    std::vector<float> scratch = logits;
    ++counts[static_cast<std::size_t>(choose(scratch, 1, 1, chance))];
  }
  CHECK(counts[0] == Approx(10000).margin(300));
  CHECK(counts[2] == Approx(3000).margin(200));
  CHECK(counts[3] == Approx(1000).margin(150));
  CHECK(counts[4] == 0);
  counts.assign(5, 0);
  for (int i = 0; i < 2000; ++i) {
    std::vector<float> scratch = logits;
    ++counts[static_cast<std::size_t>(choose(scratch, 1, 0.75f, chance))];
  }
  CHECK(counts[0] + counts[1] == 2000);
  std::vector<float> scratch = logits;
  CHECK(choose(scratch, 0, 1, chance) == 0);
  std::vector<float> none(3, kNever);
  CHECK(choose(none, 1, 1, chance) == -1);
}
