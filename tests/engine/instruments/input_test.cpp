// A DDSP part that listens: what comes in is played, at the same frame whatever the block; silence is
// silence.
#include "engine/instruments/input_source.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

#include "tests/engine/instruments/rig.h"

using namespace continuo;
using test::Rig;

namespace {

constexpr int32_t kId = -7;

std::shared_ptr<const ddsp::Model> model() {
  return ddsp::Model::from(io::Safetensors::parse("random", ddsp::random_model({.seed = 1}).bytes()));
}

// A rig whose part 0 listens to the first input, from frame 0 on.
struct Listening : Rig {
  std::shared_ptr<InputSource> source;

  explicit Listening(std::vector<float> input, uint32_t block = 64, bool automatic = false) : Rig(block) {
    play(0);
    at(0);
    auto runtime = std::make_shared<DdspRuntime>(model(), 48000);
    auto frames = std::make_shared<DdspFrameQueue>(256);
    auto ring = std::make_shared<listen::InputRing>();
    source = std::make_shared<InputSource>(ring, 48000);
    InstrumentPair pair;
    pair.audio = std::make_unique<DdspVoices>(spec(0), runtime->hop_frames(), frames, ring);
    pair.model = std::make_unique<DdspModel>(spec(0), runtime.get(), frames);
    model_halves[0] = pair.model.get();
    stage.install(0, std::move(pair), runtime);
    stage.set_source(0, VoiceSource::kInput, source);
    stage.set_parameter(0, schema::ddsp::kInputAuto, automatic ? 1 : 0, 0, true);
    stage.set_parameter(0, schema::ddsp::kInputChannel, 1, 0, true);
    stage.driven_on(0, kId, 60, VoiceSource::kInput);
    REQUIRE(stage.commit());
    offline.set_input(std::move(input));
  }
};

void add_saw(std::vector<float>& to, size_t from, size_t until, double hz, double level) {
  for (size_t i = from; i < until; ++i) {
    double sum = 0;
    for (int k = 1; k * hz < 20000; ++k)
      sum += std::sin(2 * M_PI * k * hz * static_cast<double>(i) / 48000) / k;
    to[i] += static_cast<float>(level * sum);
  }
}

// Silence, a tone, silence, a shorter one, silence.
std::vector<float> phrase(double hz = 220, double level = 0.15) {
  std::vector<float> in(96000, 0.f);
  add_saw(in, 12345, 40000, hz, level);
  add_saw(in, 60001, 70000, hz * 1.5, level);
  return in;
}

float db(double level) {
  return static_cast<float>(20 * std::log10(std::max(level, 1e-9)));
}

}  // namespace

TEST_CASE("what comes in is played at its pitch, and silence is silence") {
  Listening rig(phrase());
  const auto out = rig.play(96000);
  const uint32_t latency = rig.engine.latency_frames();
  CHECK(test::level(out, 0, 12345) == 0);
  CHECK(db(test::level(out, 12345 + 1500 + latency, 38000)) > -50);
  CHECK(test::amplitude(out, 20000, 38000, 220) > 20 * test::amplitude(out, 20000, 38000, 233));
  CHECK(db(test::level(out, 45000, 60000)) < -90);
  CHECK(test::amplitude(out, 64000, 69000, 330) > 10 * test::amplitude(out, 64000, 69000, 350));
  CHECK(db(test::level(out, 75000, 96000)) < -90);
  CHECK(test::steepest(out) < 0.5f);
  CHECK(rig.engine.metrics().late_frames == 0);
  CHECK(rig.engine.metrics().late_starts == 0);
  // Within 25 ms of the onset it is there.
  const double steady = test::level(out, 20000, 38000);
  CHECK(test::level(out, 12345 + 1200, 12345 + 1700) > 0.1 * steady);
}

TEST_CASE("live input gives the same samples for every block size") {
  std::vector<float> in = phrase();
  for (size_t i = 0; i < in.size(); ++i) in[i] += 1e-4f * std::sin(0.37f * static_cast<float>(i * i % 1009));
  const auto play = [&](uint32_t block) {
    Listening rig(in, block, true);
    rig.parameter(0, schema::ddsp::kInputGain, 4, 20003);
    rig.parameter(0, schema::ddsp::kInputMix, 0.7f, 33333, false);
    return rig.play(96000);
  };
  const auto one = play(64);
  REQUIRE(test::level(one, 15000, 38000) > 1e-4);
  for (const uint32_t block : {1u, 29u, 112u, 333u, 1024u}) {
    INFO("block " << block);
    const auto other = play(block);
    CHECK(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("octave and gain act by hand, and the input can be heard beside or alone") {
  {
    Listening rig(phrase());
    rig.parameter(0, schema::ddsp::kInputOctave, 1, 100);
    const auto out = rig.play(48000);
    CHECK(test::amplitude(out, 20000, 38000, 440) > 3 * test::amplitude(out, 20000, 38000, 220));
  }
  {
    Listening rig(phrase());
    rig.parameter(0, schema::ddsp::kInputMix, 0, 100, false);
    const auto out = rig.play(48000);
    const std::vector<float> in = phrase();
    CHECK(db(test::level(out, 20000, 38000)) == Approx(db(test::level(in, 20000, 38000))).margin(3.1));
    CHECK(test::level(out, 14000, 16000) > 0.01);
  }
}

TEST_CASE("a held sound goes on through silence") {
  Listening rig(phrase());
  rig.parameter(0, schema::ddsp::kInputHold, 1, 30000);
  rig.parameter(0, schema::ddsp::kInputHold, 0, 80000);
  const auto out = rig.play(96000);
  CHECK(db(test::level(out, 50000, 58000)) > -60);
  CHECK(test::amplitude(out, 70000, 79000, 220) > 20 * test::amplitude(out, 70000, 79000, 233));
  CHECK(db(test::level(out, 86000, 96000)) < -90);
}

TEST_CASE("a voice that listens ends when it is told to, asleep or awake, and can be started again") {
  const uint64_t end = GENERATE(5000, 25000);
  Listening rig(phrase());
  rig.play(end);
  rig.at(end + 600);
  rig.stage.note_off(0, kId);
  REQUIRE(rig.stage.commit());
  rig.play(30000);
  CHECK(rig.stage.voices(0) == 0);
  rig.at(rig.frame() + 600);
  rig.stage.driven_on(0, kId, 60, VoiceSource::kInput);
  REQUIRE(rig.stage.commit());
  const auto out = rig.play(96000 - rig.frame());
  const size_t gone = 96000 - out.size();
  CHECK(db(test::level(out, 64000 - gone, 69000 - gone)) > -60);
}

TEST_CASE("onsets, pitch and range are told") {
  Listening rig(phrase());
  rig.play(96000);
  InputEvent event;
  std::vector<InputEvent> onsets;
  int states = 0, offsets = 0;
  while (rig.source->poll(event)) {
    if (event.kind == InputEvent::Kind::kOnset) onsets.push_back(event);
    if (event.kind == InputEvent::Kind::kState) ++states;
    if (event.kind == InputEvent::Kind::kOffset) ++offsets;
  }
  REQUIRE(onsets.size() == 2);
  CHECK(offsets == 2);
  CHECK(onsets[0].note == 57);
  CHECK(onsets[1].note == 64);
  CHECK(onsets[0].frame - (12345 + 4800) < 1200);
  CHECK(states > 35);
}

TEST_CASE("what is no number comes in as silence") {
  std::vector<float> in(48000, std::numeric_limits<float>::quiet_NaN());
  for (size_t i = 0; i < in.size(); i += 3) in[i] = std::numeric_limits<float>::infinity();
  Listening rig(in);
  const auto out = rig.play(48000);
  CHECK(test::level(out, 0, 48000) == 0);
}

TEST_CASE("five minutes of one tone: no drift, nothing that is not finite") {
  constexpr size_t kSecond = 48000;
  std::vector<float> second(kSecond, 0.f);
  add_saw(second, 0, kSecond, 200, 0.15);
  std::vector<float> in;
  in.reserve(300 * kSecond);
  for (int s = 0; s < 300; ++s) in.insert(in.end(), second.begin(), second.end());
  Listening rig(std::move(in), 1024, true);
  double early = 0;
  for (int s = 0; s < 300; ++s) {
    const auto out = rig.play(kSecond);
    const double level = test::level(out, 0, kSecond);
    REQUIRE(std::isfinite(level));
    if (s == 100) early = level;
    if (s > 100) REQUIRE(db(level) == Approx(db(early)).margin(0.5));
    if (s == 299) CHECK(test::amplitude(out, 0, kSecond, 200) > 10 * test::amplitude(out, 0, kSecond, 206));
  }
  CHECK(rig.engine.metrics().not_finite == 0);
  CHECK(rig.engine.metrics().late_frames == 0);
}
