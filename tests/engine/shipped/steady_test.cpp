// Five minutes of one tone by every voice that ships: no drift, nothing that is not finite.
#include "tests/engine/shipped/voice.h"
#include "tests/patches/heard.h"

using namespace continuo;
using namespace continuo::session;

namespace {

struct Stretch {
  double level_db, midi;
};

// Ten seconds; everything is finite. Its level, and the pitch of its first three.
Stretch listen(Rig& rig) {
  const auto audio = rig.render(10 * 48000);
  rig.session->tick();
  double power = 0;
  for (const float x : audio) power += static_cast<double>(x) * x;
  REQUIRE(std::isfinite(power));
  const test::Heard heard = test::heard(std::span(audio).first(3 * 48000));
  return {10 * std::log10(power / static_cast<double>(audio.size()) + 1e-12), heard.midi};
}

// `keep` is said before each stretch.
void check_steady(Rig& rig, double midi, const std::string& keep) {
  std::vector<Stretch> stretches;
  for (int i = 0; i < 30; ++i) {
    if (!keep.empty()) rig.say(keep);
    stretches.push_back(listen(rig));
  }
  const Stretch early = stretches[1], late = stretches.back();
  INFO(early.level_db << " and " << late.level_db << " dB, MIDI " << early.midi << " and " << late.midi);
  CHECK(early.midi == Approx(midi).margin(0.05));
  CHECK(early.level_db > -60);
  CHECK(late.level_db == Approx(early.level_db).margin(0.5));
  CHECK(late.midi == Approx(early.midi).margin(0.02));
  CHECK(rig.engine.metrics().not_finite == 0);
  CHECK(rig.engine.metrics().late_frames == 0);
}

}  // namespace

TEST_CASE("five minutes of a constant f0 and power") {
  for (const std::string& name : shipped_voices()) {
    INFO(name);
    ShippedVoice voice(name);
    const double midi = std::round((voice.config.pitch_midi->p1 + voice.config.pitch_midi->p99) / 2);
    voice.rig->say("/part/v/stream/timeout 60.0");
    check_steady(*voice.rig, midi,
                 "/part/v/stream " + std::to_string(440 * std::exp2((midi - 69) / 12)) + " " +
                     std::to_string(voice.config.note_power_db->p50));
  }
}

TEST_CASE("five minutes of one tone on the input, with the automatic on") {
  ShippedVoice voice("alto-sax");
  Rig& rig = *voice.rig;
  std::vector<float> in(301 * 48000);
  for (size_t i = 0; i < in.size(); ++i) {
    const double phase = std::fmod(220.0 * static_cast<double>(i) / 48000, 1.0);
    in[i] = static_cast<float>(0.2 * (1 - 2 * phase));
  }
  rig.offline.set_input(std::move(in));
  rig.say("/part/v/input/channel 1");
  check_steady(rig, 57, "");
}
