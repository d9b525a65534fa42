// A DDSP part with a random model, played on the desk.
#include <catch2/catch.hpp>
#include <cstring>

#include "tests/engine/instruments/rig.h"

using namespace continuo;
using test::Rig;

namespace {
std::shared_ptr<const ddsp::Model> model(uint32_t seed = 1) {
  return ddsp::Model::from(io::Safetensors::parse("random", ddsp::random_model({.seed = seed}).bytes()));
}
}  // namespace

TEST_CASE("A DDSP note sounds at its frame, at its pitch, and ends") {
  Rig rig;
  rig.ddsp(0, model());
  rig.note_on(0, 69, 0.8f, 4800);
  rig.note_off(0, 69, 40000);
  const auto out = rig.play(96000);
  const uint32_t latency = rig.engine.latency_frames();
  CHECK(test::level(out, 0, 4800 + latency) == 0);
  CHECK(test::level(out, 4800 + latency, 6000 + latency) > 1e-4);
  CHECK(test::amplitude(out, 20000, 38000, 440) > 20 * test::amplitude(out, 20000, 38000, 466));
  CHECK(test::level(out, 90000, 96000) < 1e-5);
  CHECK(rig.stage.voices(0) == 0);
  CHECK(rig.engine.metrics().late_starts == 0);
  CHECK(rig.engine.metrics().late_frames == 0);
}

TEST_CASE("DDSP samples do not depend on the block size") {
  const auto play = [](uint32_t block) {
    Rig rig(block);
    rig.ddsp(0, model());
    rig.parameter(0, schema::voice::kVibratoDepth, 40, 0);
    rig.note_on(0, 60, 1, 4000);
    rig.note_on(0, 67, 0.5f, 4777);
    rig.parameter(0, schema::voice::kLoudness, -12, 9001);
    rig.parameter(0, schema::voice::kBrightness, 6, 12013, false);
    rig.note_off(0, 60, 15555);
    return rig.play(40000);
  };
  const auto one = play(64);
  for (const uint32_t block : {1u, 7u, 333u, 1024u}) {
    const auto other = play(block);
    INFO("block " << block);
    CHECK(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("A note shorter than a hop is still heard") {
  Rig rig;
  rig.ddsp(0, model());
  rig.note_on(0, 69, 1, 4800);
  rig.note_off(0, 69, 4850);
  const auto out = rig.play(48000);
  CHECK(test::level(out, 4800, 9600) > 1e-4);
  CHECK(rig.stage.voices(0) == 0);
}

TEST_CASE("A late worker holds the note, then fades it, and it comes back") {
  Rig rig;
  rig.ddsp(0, model());
  rig.note_on(0, 57, 1, 4800);
  const auto before = rig.play(24000);
  // The worker sleeps: blocks are asked for without it.
  std::vector<float> left(64), right(64), gap;
  float* planes[] = {left.data(), right.data()};
  for (int block = 0; block < 300; ++block) {
    rig.engine.process({nullptr, planes, 0, 2, 64, 0, false});
    gap.insert(gap.end(), left.begin(), left.end());
  }
  CHECK(rig.engine.metrics().late_frames > 0);
  CHECK(test::level(gap, 0, 1500) > 0.3 * test::level(before, 20000, 24000));
  CHECK(test::level(gap, gap.size() - 2000, gap.size()) < 1e-4);
  CHECK(test::steepest(gap) < 0.2f);
}

TEST_CASE("A model is swapped under a sounding note without a gap or a click") {
  Rig rig;
  rig.ddsp(0, model());
  rig.note_on(0, 57, 1, 4800);
  rig.play(24000);
  rig.at(rig.frame() + 2000);
  rig.stage.swap_model(0, std::make_shared<DdspRuntime>(model(7), 48000));
  REQUIRE(rig.stage.commit());
  const auto out = rig.play(24000);
  CHECK(test::steepest(out) < 0.2f);
  for (size_t i = 0; i + 480 < out.size(); i += 480) CHECK(test::level(out, i, i + 480) > 1e-4);
}

TEST_CASE("A note whose second frame is late begins at its frame, and keeps its time") {
  constexpr uint32_t kHop = 480;
  const auto play = [](uint64_t second_at) {
    rt::Metrics metrics;
    auto frames = std::make_shared<DdspFrameQueue>(16);
    DdspVoices voices({48000, 0, 0, &metrics}, kHop, frames);
    EventQueue events(16);
    rt::Command on;
    on.kind = rt::CommandKind::kNoteOn;
    on.note = {57, 1, 1, 0, 57, 0};
    voices.handle(on, 0);
    const auto send = [&](uint32_t index, float level) {
      DdspFrame frame;
      frame.generation = 1;
      frame.index = index;
      frame.harmonic_count = 1;
      frame.harmonics[0] = level;
      REQUIRE(frames->try_enqueue(frame));
    };
    send(0, 0.1f);
    std::vector<float> out;
    for (uint64_t at = 0; at < 3 * kHop; at += rt::kTickFrames) {
      if (at == second_at) send(1, 1.f);
      if (at == 256) send(2, 1.f), send(3, 1.f);
      std::array<float, rt::kTickFrames> block{};
      voices.receive();
      voices.render(at, block, events);
      out.insert(out.end(), block.begin(), block.end());
    }
    CHECK(metrics.late_frames == (second_at > 0 ? 1 : 0));
    CHECK(metrics.late_starts == 0);
    return out;
  };
  const auto exact = play(0), late = play(128);
  const auto first = [](const std::vector<float>& x) {
    return std::find_if(x.begin(), x.end(), [](float v) { return std::fabs(v) > 1e-6f; }) - x.begin();
  };
  CHECK(first(late) == first(exact));
  CHECK(test::steepest(late) < 2 * test::steepest(exact));
  for (size_t i = kHop; i < late.size(); ++i) REQUIRE(late[i] == Approx(exact[i]).margin(1e-4));
}

TEST_CASE("Models are given back: by a swap, by one on its way, and by a part that goes") {
  Rig rig;
  std::weak_ptr<const ddsp::Model> first, second, third;
  const auto runtime = [](std::weak_ptr<const ddsp::Model>& watched, uint32_t seed) {
    auto made = model(seed);
    watched = made;
    return std::make_shared<DdspRuntime>(std::move(made), 48000);
  };
  auto made = model(1);
  first = made;
  rig.ddsp(0, std::move(made));
  rig.note_on(0, 57, 1, 4800);
  rig.play(24000);
  rig.at(rig.frame() + 1000);
  rig.stage.swap_model(0, runtime(second, 2));
  REQUIRE(rig.stage.commit());
  rig.play(24000);
  CHECK(first.expired());
  rig.at(rig.frame() + 1000);
  rig.stage.swap_model(0, runtime(third, 3));
  REQUIRE(rig.stage.commit());
  rig.play(2000);  // it warms up
  CHECK_FALSE(second.expired());
  rig.at(rig.frame() + 1000);
  rig.stage.remove(0);
  REQUIRE(rig.stage.commit());
  rig.play(24000);
  CHECK(second.expired());
  CHECK(third.expired());
}

TEST_CASE("Sixteen notes sound and all of them end") {
  Rig rig;
  rig.ddsp(0, model());
  rig.at(4800);
  for (int i = 0; i < 16; ++i) rig.stage.note_on(0, i, 48.f + static_cast<float>(i), 0.5f);
  REQUIRE(rig.stage.commit());
  rig.play(24000);
  CHECK(rig.stage.voices(0) == 16);
  rig.at(rig.frame() + 1000);
  rig.stage.all_notes_off(0);
  REQUIRE(rig.stage.commit());
  rig.play(200000);
  CHECK(rig.stage.voices(0) == 0);
}

TEST_CASE("Conditioning offsets change the timbre and leave the level") {
  const auto play = [](uint16_t parameter, float value) {
    Rig rig;
    rig.ddsp(0, model());
    rig.parameter(0, schema::ddsp::kFluctuation, 0, 0);
    rig.parameter(0, parameter, value, 0);
    rig.note_on(0, 57, 0.7f, 4800);
    const auto out = rig.play(48000);
    return test::level(out, 24000, 48000);
  };
  const double plain = play(schema::ddsp::kConditionLoudness, 0);
  const double conditioned = play(schema::ddsp::kConditionLoudness, -12) / plain;
  const double softer = play(schema::voice::kLoudness, -12) / plain;
  // The random model rises by about 0.4 dB a dB: it is compensated as if it rose by one.
  CHECK(conditioned > 1);
  CHECK(softer < 0.8);
}

TEST_CASE("A swap keeps the velocity of the notes that sound") {
  Rig rig;
  rig.ddsp(0, model());
  rig.parameter(0, schema::ddsp::kFluctuation, 0, 0);
  rig.note_on(0, 57, 1, 4800);
  const auto before = rig.play(48000);
  rig.at(rig.frame() + 2000);
  rig.stage.swap_model(0, std::make_shared<DdspRuntime>(model(), 48000));
  REQUIRE(rig.stage.commit());
  const auto after = rig.play(48000);
  CHECK(test::level(after, 24000, 48000) == Approx(test::level(before, 24000, 48000)).epsilon(0.05));
}

TEST_CASE("A worker that fell far behind gives up what is past, and the note goes on") {
  Rig rig;
  rig.ddsp(0, model());
  rig.note_on(0, 57, 1, 4800);
  rig.play(24000);
  std::vector<float> left(64), right(64);
  float* planes[] = {left.data(), right.data()};
  for (int block = 0; block < 300; ++block) rig.engine.process({nullptr, planes, 0, 2, 64, 0, false});
  rig.skip(0, 24000 + 300 * 64);
  const auto out = rig.play(24000);
  CHECK(test::level(out, 12000, 24000) > 1e-3);
  CHECK(test::steepest(out) < 0.2f);
}
