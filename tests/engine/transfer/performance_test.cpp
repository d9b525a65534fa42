// Recordings as performances: pitch, level, silence, what is not finite.
#include "engine/transfer/performance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/transfer/transfer_score.h"

using namespace continuo;
using namespace continuo::transfer;

namespace {

ddsp::Config model() {
  ddsp::Config config;
  config.name = "test";
  config.power_window = 960;
  config.pitch_midi = ddsp::PitchQuantiles{.p1 = 49, .p5 = 51, .p50 = 65, .p95 = 79, .p99 = 81};
  config.note_power_db = ddsp::PowerQuantiles{};
  return config;
}

std::vector<float> tone(float midi, double seconds, float gain) {
  std::vector<float> out(static_cast<size_t>(seconds * 24000));
  const double hz = 440 * std::exp2((static_cast<double>(midi) - 69) / 12);
  for (size_t i = 0; i < out.size(); ++i) {
    double sum = 0;
    for (int k = 1; k <= 8; ++k) sum += std::sin(2 * M_PI * k * hz * static_cast<double>(i) / 24000) / k;
    out[i] = gain * static_cast<float>(sum);
  }
  return out;
}

void append(std::vector<float>& to, const std::vector<float>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("Notes keep their pitch and come to the model's level; gaps are silent") {
  std::vector<float> audio = tone(60, 1, 0.02f);
  append(audio, std::vector<float>(12000));
  append(audio, tone(67, 1, 0.02f));
  const Performance heard = perform(audio, model(), {});
  CHECK(heard.octave == 0);
  CHECK(heard.moments.size() == audio.size() / 240 + 1);
  for (size_t j = 10; j < 90; ++j) {
    CHECK(heard.moments[j].sounds);
    CHECK(heard.moments[j].midi == Approx(60).margin(0.05));
    CHECK(heard.moments[j].db == Approx(-30).margin(1));
    CHECK(heard.moments[j + 150].midi == Approx(67).margin(0.05));
  }
  for (size_t j = 115; j < 145; ++j) CHECK_FALSE(heard.moments[j].sounds);
}

TEST_CASE("A low player comes to the model's octave, unless told otherwise") {
  const std::vector<float> audio = tone(45, 1, 0.1f);
  const Performance fitted = perform(audio, model(), {});
  CHECK(fitted.octave == 1);
  CHECK(fitted.moments[50].midi == Approx(57).margin(0.05));
  const Performance told = perform(audio, model(), {.octave = 2, .gain_db = -6});
  CHECK(told.moments[50].midi == Approx(69).margin(0.05));
  CHECK(told.moments[50].db == Approx(-36).margin(1));
  const Performance plain = perform(audio, model(), {.automatic = false, .octave = {}});
  CHECK(plain.octave == 0);
  CHECK(plain.level_db == 0);
  CHECK(plain.out_of_pitch > 0.9);
}

TEST_CASE("Silence, noise and what is not finite") {
  CHECK(perform({}, model(), {}).note_share == 0);
  const Performance silent = perform(std::vector<float>(24000), model(), {});
  CHECK(silent.note_share == 0);
  for (const Moment& m : silent.moments) CHECK_FALSE(m.sounds);
  std::vector<float> broken = tone(60, 1, 0.1f);
  for (size_t i = 0; i < broken.size(); i += 977)
    broken[i] = i % 2 == 0 ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  for (const Moment& m : perform(broken, model(), {}).moments) {
    CHECK(std::isfinite(m.midi));
    CHECK(std::isfinite(m.db));
  }
  const std::vector<float> nothing(24000, std::numeric_limits<float>::quiet_NaN());
  CHECK(perform(nothing, model(), {}).note_share == 0);
}

TEST_CASE("Tracker settings of the model are used, and refused when they are nonsense") {
  ddsp::Config config = model();
  config.pitch_json = R"({"min_hz": 100, "voiced_below": 0.2})";
  CHECK(features_of(config).pitch.min_hz == 100);
  CHECK(features_of(config).pitch.voiced_below == Approx(0.2f));
  config.pitch_json = R"({"min_hz": "low"})";
  CHECK_THROWS_WITH(features_of(config), Catch::Contains("test"));
}

TEST_CASE("A score has its messages in order and names what is none") {
  const Performance heard = perform(tone(60, 0.5, 0.1f), model(), {});
  const std::vector<std::string> messages{"/part/1/gain -6.0"};
  const auto score = transfer_score(heard, "test", 48000, 1.5, messages);
  REQUIRE(score.events.size() > 40);
  CHECK(score.end->frame == 72000 + ahead_frames(48000));
  CHECK(std::is_sorted(score.events.begin(), score.events.end(),
                       [](const auto& a, const auto& b) { return a.time.frame < b.time.frame; }));
  const std::vector<std::string> wrong{"gain -6"};
  CHECK_THROWS_WITH(transfer_score(heard, "test", 48000, 1.5, wrong), Catch::Contains("gain -6"));
}
