// The technique voice that ships, asked for its techniques by name: each moves its own measure.
#include <algorithm>
#include <cmath>
#include <complex>
#include <map>
#include <numeric>

#include "engine/dsp/pitch_tracker.h"
#include "engine/session/instrument_maker.h"
#include "tests/engine/session/rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

struct Measured {
  double wobble_cents = 0;  // deviation of the pitch
  double turns_hz = 0;      // how often it crosses its mean, both ways
  double middle_midi = 0;   // median pitch
  double noise = 0;         // mean aperiodicity
  double voiced = 0;        // share of frames
  double at_note = 0;       // amplitude at 220 Hz
  double level_db = 0;
  double level_wobble_db = 0;  // deviation of the level
};

Measured measure(const std::vector<float>& audio) {
  dsp::PitchTracker tracker;
  dsp::PitchSpec spec;
  spec.sample_rate = 48000;
  spec.hop = 480;
  spec.min_hz = 40;
  tracker.prepare(spec);
  std::vector<dsp::PitchFrame> frames(audio.size() / 480 + 8);
  frames.resize(tracker.process(audio, frames));
  std::vector<double> midi, db;
  Measured out;
  for (size_t i = 10; i < frames.size(); ++i) {
    out.noise += static_cast<double>(frames[i].aperiodicity) / static_cast<double>(frames.size() - 10);
    if (frames[i].voiced) midi.push_back(69 + 12 * std::log2(static_cast<double>(frames[i].f0_hz) / 440));
  }
  const auto deviation = [](const std::vector<double>& values) {
    double sum = 0, squares = 0;
    for (const double v : values) sum += v, squares += v * v;
    const auto n = static_cast<double>(values.size());
    return std::sqrt(std::max(0.0, squares / n - sum / n * sum / n));
  };
  out.voiced = static_cast<double>(midi.size()) / static_cast<double>(frames.size() - 10);
  if (midi.empty()) midi.push_back(0);
  std::vector<double> sorted = midi;
  std::sort(sorted.begin(), sorted.end());
  out.middle_midi = sorted[sorted.size() / 2];
  out.wobble_cents = 100 * deviation(midi);
  const double centre = (sorted[sorted.size() / 10] + sorted[sorted.size() * 9 / 10]) / 2;
  for (size_t i = 1; i < midi.size(); ++i)
    out.turns_hz +=
        (midi[i] > centre) != (midi[i - 1] > centre) ? 50.0 / static_cast<double>(midi.size()) : 0;
  for (size_t i = 0; i + 960 <= audio.size(); i += 480) {
    double power = 1e-12;
    for (size_t j = i; j < i + 960; ++j) power += static_cast<double>(audio[j]) * audio[j] / 960;
    db.push_back(10 * std::log10(power));
  }
  out.level_wobble_db = deviation(db);
  std::complex<double> sum = 0;
  for (size_t i = 0; i < audio.size(); ++i)
    sum += static_cast<double>(audio[i]) * std::polar(1.0, -2 * M_PI * 220 * static_cast<double>(i) / 48000);
  out.at_note = std::abs(sum) / static_cast<double>(audio.size());
  out.level_db = std::accumulate(db.begin(), db.end(), 0.0) / static_cast<double>(db.size());
  return out;
}

}  // namespace

TEST_CASE("each technique that ships is heard in its own measure") {
  Folder home;
  StandardMaker maker;
  std::filesystem::copy("models/trained/techniques.safetensors",
                        home.path() / "models" / "techniques.safetensors");
  Rig rig(home.path(), "", &maker);
  rig.say("/part/new ddsp singer techniques");
  rig.say("/part/singer/voice/by/tenor 1");
  rig.say("/part/singer/vowel/by/a 1");
  rig.run(0.05);
  std::map<std::string, Measured> measured;
  for (const std::string name :
       {"straight", "belt", "breathy", "fry", "glissando", "trill", "trillo", "vibrato"}) {
    CHECK(rig.say("/part/singer/technique/by/" + name + " 1").empty());
    rig.say("/part/singer/note 57 90");
    rig.run(0.7);
    measured[name] = measure(rig.run(1.5));
    rig.say("/part/singer/note 57 0");
    rig.say("/part/singer/technique/by/" + name + " 0");
    rig.run(0.8);
    const Measured& m = measured[name];
    INFO(name << ": pitch " << m.middle_midi << ", wobble " << m.wobble_cents << " cents at " << m.turns_hz
              << " Hz, noise " << m.noise << ", level " << m.level_db << " +- " << m.level_wobble_db
              << " dB");
    CHECK(m.level_db > -70);
  }
  const Measured& straight = measured["straight"];
  CHECK(straight.middle_midi == Approx(57).margin(0.2));
  CHECK(measured["vibrato"].wobble_cents > straight.wobble_cents + 20);
  CHECK(measured["vibrato"].turns_hz == Approx(5.5).margin(0.8));
  CHECK(measured["trill"].wobble_cents > straight.wobble_cents + 20);
  CHECK(measured["trillo"].level_wobble_db > straight.level_wobble_db + 1.5);
  CHECK(measured["breathy"].noise > 1.3 * straight.noise);
  CHECK(measured["fry"].at_note < 0.2 * straight.at_note);  // 60 pulses a second in place of the pitch
}

TEST_CASE("the singing voice that ships sings its vowels, each in its own colour") {
  Folder home;
  StandardMaker maker;
  std::filesystem::copy("models/trained/singing.safetensors", home.path() / "models" / "singing.safetensors");
  Rig rig(home.path(), "", &maker);
  rig.say("/part/new ddsp singer singing");
  CHECK(rig.say("/part/singer/voice/by/female 1").empty());
  rig.run(0.05);
  std::map<std::string, double> fundamental_db;
  for (const std::string name : {"a", "o", "hum"}) {
    CHECK(rig.say("/part/singer/vowel/by/" + name + " 1").empty());
    rig.say("/part/singer/note 57 90");
    rig.run(0.7);
    const Measured m = measure(rig.run(1.0));
    rig.say("/part/singer/note 57 0");
    rig.say("/part/singer/vowel/by/" + name + " 0");
    rig.run(0.8);
    INFO(name << ": pitch " << m.middle_midi << ", level " << m.level_db << " dB");
    CHECK(m.middle_midi == Approx(57).margin(0.2));
    CHECK(m.voiced > 0.9);
    CHECK(m.level_db > -60);
    fundamental_db[name] = 20 * std::log10(m.at_note) - m.level_db;
  }
  INFO("fundamental over level: a " << fundamental_db["a"] << ", o " << fundamental_db["o"] << ", hum "
                                    << fundamental_db["hum"] << " dB");
  CHECK(fundamental_db["hum"] > fundamental_db["a"] + 3);
  CHECK(measure(rig.run(1.0)).level_db < -70);
}

TEST_CASE("a voice that sings by itself moves as the technique that it is asked for") {
  // How far the pitch goes within a fifth of a second, semitones, in the middle of all moments.
  const auto movement = [](const std::string& technique) {
    Folder home;
    StandardMaker maker;
    for (const char* model : {"techniques", "folk-song"}) {
      const std::string file = std::string(model) + ".safetensors";
      std::filesystem::copy("models/trained/" + file, home.path() / "models" / file);
    }
    Rig rig(home.path(), "", &maker);
    rig.say("/part/new ddsp v techniques");
    rig.say("/part/v/technique/by/" + technique + " 1");
    rig.say("/part/v/sing/technique 0");
    rig.say("/part/v/sing/seed 3");
    rig.say("/part/v/sing 1");
    const std::vector<float> audio = rig.run(12);
    dsp::PitchTracker tracker;
    dsp::PitchSpec spec;
    spec.sample_rate = 48000;
    spec.hop = 480;
    tracker.prepare(spec);
    std::vector<dsp::PitchFrame> frames(audio.size() / 480 + 8);
    frames.resize(tracker.process(audio, frames));
    std::vector<double> spans;
    for (size_t i = 0; i + 20 < frames.size(); i += 5) {
      double low = 1e9, high = 0;
      for (size_t j = i; j < i + 20; ++j) {
        const double midi =
            frames[j].voiced ? 69 + 12 * std::log2(static_cast<double>(frames[j].f0_hz) / 440) : 0;
        low = std::min(low, midi), high = std::max(high, midi);
      }
      if (low > 0) spans.push_back(high - low);
    }
    REQUIRE(spans.size() > 50);
    std::nth_element(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2),
                     spans.end());
    return spans[spans.size() / 2];
  };
  const double straight = movement("straight"), trill = movement("trill");
  INFO("straight " << straight << ", trill " << trill);
  CHECK(straight < 0.4);
  CHECK(trill > straight + 0.5);
}
