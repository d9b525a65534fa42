// The solo instruments that ship: louder is brighter, not only louder.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/dsp/pitch_tracker.h"
#include "engine/session/instrument_maker.h"
#include "tests/engine/session/rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

struct Tone {
  double level_db = 0;
  double brightness_hz = 0;  // root mean square of the frequency, weighted by power
  double midi = 0;           // median
};

Tone heard(const std::vector<float>& audio) {
  double power = 1e-12, of_difference = 0;
  for (size_t i = 1; i < audio.size(); ++i) {
    const double x = audio[i], d = x - audio[i - 1];
    power += x * x;
    of_difference += d * d;
  }
  Tone tone;
  tone.level_db = 10 * std::log10(power / static_cast<double>(audio.size()));
  tone.brightness_hz = std::sqrt(of_difference / power) * 48000 / (2 * M_PI);
  dsp::PitchTracker tracker;
  dsp::PitchSpec spec;
  spec.sample_rate = 48000;
  spec.hop = 480;
  tracker.prepare(spec);
  std::vector<dsp::PitchFrame> frames(audio.size() / 480 + 8);
  frames.resize(tracker.process(audio, frames));
  std::vector<double> midi;
  for (const auto& frame : frames)
    if (frame.voiced) midi.push_back(69 + 12 * std::log2(static_cast<double>(frame.f0_hz) / 440));
  REQUIRE(midi.size() > frames.size() / 2);
  std::nth_element(midi.begin(), midi.begin() + static_cast<std::ptrdiff_t>(midi.size() / 2), midi.end());
  tone.midi = midi[midi.size() / 2];
  return tone;
}

}  // namespace

TEST_CASE("solo instruments that ship are brighter when they are louder") {
  const std::string model = GENERATE(as<std::string>{}, "alto-sax", "violin");
  INFO(model);
  Folder home;
  StandardMaker maker;
  std::filesystem::copy("models/trained/" + model + ".safetensors",
                        home.path() / "models" / (model + ".safetensors"));
  Rig rig(home.path(), "", &maker);
  rig.say("/part/new ddsp solo " + model);
  for (const int note : {60, 67, 74}) {
    std::vector<Tone> tones;
    for (const int velocity : {30, 75, 120}) {
      rig.say("/part/solo/note " + std::to_string(note) + " " + std::to_string(velocity));
      rig.run(0.4);
      tones.push_back(heard(rig.run(0.7)));
      rig.say("/part/solo/note " + std::to_string(note) + " 0");
      rig.run(1.0);
    }
    INFO("note " << note << ": " << tones[0].level_db << ", " << tones[1].level_db << ", "
                 << tones[2].level_db << " dB; " << tones[0].brightness_hz << ", " << tones[1].brightness_hz
                 << ", " << tones[2].brightness_hz << " Hz");
    for (const Tone& tone : tones) CHECK(tone.midi == Approx(note).margin(0.3));
    CHECK(tones[1].level_db > tones[0].level_db + 2);
    CHECK(tones[2].level_db > tones[1].level_db + 2);
    CHECK(tones[2].brightness_hz > 1.1 * tones[0].brightness_hz);
  }
}
