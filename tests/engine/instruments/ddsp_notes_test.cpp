// Many DDSP notes at once: shared steps, the same samples for every block, swaps and new parts in between.
#include <catch2/catch.hpp>
#include <cstring>

#include "tests/engine/instruments/rig.h"

using namespace continuo;
using test::Rig;

namespace {

// Big enough to be gathered: 16 voices run half of a hop early.
std::shared_ptr<const ddsp::Model> large_model(uint32_t seed = 1) {
  ddsp::RandomModelSpec spec;
  spec.seed = seed;
  spec.channels = 256;
  spec.hidden = 512;
  spec.sample_rate = 48000;
  spec.hop = 480;
  return ddsp::Model::from(io::Safetensors::parse("random", ddsp::random_model(spec).bytes()));
}

// Notes that start all over a hop.
void sixteen_notes(Rig& rig, int part, uint64_t from) {
  for (int i = 0; i < 16; ++i)
    rig.note_on(part, 48.f + static_cast<float>(i), 0.5f, from + static_cast<uint64_t>(i * 397));
}

}  // namespace

TEST_CASE("Voices that started at different times share the steps of the network") {
  Rig rig;
  rig.ddsp(0, large_model());
  sixteen_notes(rig, 0, 4800);
  rig.play(24000);
  const uint64_t before = rig.engine.metrics().worker_step.count();
  rig.play(48000);
  const uint64_t steps = rig.engine.metrics().worker_step.count() - before;
  CHECK(steps >= 100);
  CHECK(steps <= 500);  // 1600 frames
  CHECK(rig.engine.metrics().late_frames == 0);
}

TEST_CASE("Samples of gathered voices do not depend on the block size, nor on other parts") {
  const auto model = large_model();
  const auto play = [&](uint32_t block, bool others) {
    Rig rig(block);
    rig.ddsp(0, model);
    if (others) rig.ddsp(1, model);
    sixteen_notes(rig, 0, 4800);
    rig.parameter(0, schema::voice::kLoudness, -12, 9001);
    rig.note_off(0, 50, 12345);
    rig.parameter(0, schema::ddsp::kConditionLoudness, -6, 14003);
    rig.note_off(0, 63, 20011);
    if (others) {
      rig.at(0);
      rig.stage.set_strip(1, schema::strip::kMute, 1);
      REQUIRE(rig.stage.commit());
      sixteen_notes(rig, 1, 4900);
    }
    return rig.play(28000);
  };
  const auto one = play(64, false);
  CHECK(test::level(one, 12000, 28000) > 1e-3);
  for (const uint32_t block : {1u, 333u, 2048u}) {
    const auto other = play(block, false);
    INFO("block " << block);
    CHECK(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
  }
  const auto beside = play(64, true);
  for (size_t i = 0; i < one.size(); ++i) REQUIRE(beside[i] == one[i]);
}

TEST_CASE("No model frame is late while models are swapped and parts come and go among 48 notes") {
  const auto model = large_model(), second = large_model(2);
  for (const uint32_t block : {64u, 2048u}) {
    Rig rig(block);
    rig.worker.set_block(block);
    for (int part = 0; part < 3; ++part) {
      rig.ddsp(part, model);
      sixteen_notes(rig, part, 4800 + static_cast<uint64_t>(part) * 131);
    }
    rig.play(24000);
    for (int round = 0; round < 3; ++round) {
      rig.at(rig.frame() + 4000);
      rig.stage.swap_model(round, std::make_shared<DdspRuntime>(round == 1 ? model : second, 48000));
      REQUIRE(rig.stage.commit());
      rig.ddsp(3, second);
      rig.note_on(3, 60, 0.5f, rig.frame() + 4500);
      const auto out = rig.play(24000);
      CHECK(test::level(out, 12000, 24000) > 1e-3);
      rig.at(rig.frame() + 4000);
      rig.stage.remove(3);
      REQUIRE(rig.stage.commit());
      rig.play(12000);
    }
    INFO("block " << block);
    CHECK(rig.engine.metrics().late_frames == 0);
    CHECK(rig.engine.metrics().late_starts == 0);
    CHECK(rig.engine.metrics().late_commands == 0);
    for (int part = 0; part < 3; ++part) CHECK(rig.stage.voices(part) == 16);
  }
}
