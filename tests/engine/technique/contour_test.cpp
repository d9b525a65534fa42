// Techniques as they are heard: vibrato, trill, tremolo, fry, noise, measured in the sound.
#include <catch2/catch.hpp>
#include <cstring>

#include "engine/dsp/pitch_tracker.h"
#include "tests/engine/instruments/rig.h"

using namespace continuo;
using test::Rig;

namespace {

enum Entry : uint16_t { kBelt, kBreathy, kFry, kGlissando, kStraight, kTrill, kTrillo, kVibrato };

std::shared_ptr<const ddsp::Model> model(uint32_t seed = 1) {
  ddsp::RandomModelSpec spec;
  spec.seed = seed;
  spec.spaces = true;
  spec.note_shapes = false;
  return ddsp::Model::from(io::Safetensors::parse("random", ddsp::random_model(spec).bytes()));
}

void ask(Rig& rig, Entry entry, float amount, uint64_t frame = 0) {
  rig.at(frame);
  rig.stage.set_space(0, 0, rt::SpaceMove::What::kEntry, entry, amount);
  REQUIRE(rig.stage.commit());
}

// Three seconds of one note, of which the last two are given back.
std::vector<float> sing(Entry entry, float amount, float contour = 1, uint32_t block = 64) {
  Rig rig(block);
  rig.ddsp(0, model());
  rig.parameter(0, schema::ddsp::kTechniqueContour, contour, 0);
  ask(rig, entry, amount);
  rig.note_on(0, 60, 0.8f, 4800);
  std::vector<float> x = rig.play(4800 + 144000);
  return {x.begin() + 4800 + 48000, x.end()};
}

std::vector<float> pitches(const std::vector<float>& audio) {
  dsp::PitchTracker tracker;
  dsp::PitchSpec spec;
  spec.sample_rate = 48000;
  spec.hop = 480;
  tracker.prepare(spec);
  std::vector<dsp::PitchFrame> frames(audio.size() / 480 + 8);
  frames.resize(tracker.process(audio, frames));
  std::vector<float> midi;
  for (size_t i = 10; i < frames.size(); ++i) {
    if (frames[i].voiced) midi.push_back(69 + 12 * std::log2(frames[i].f0_hz / 440));
  }
  REQUIRE(midi.size() > 100);
  return midi;
}

// Strongest rate of a curve at 100 values a second between 2 and 15 Hz, and its amplitude there.
struct Beat {
  double hz = 0, amplitude = 0;
};
Beat beat(const std::vector<float>& curve) {
  double mean = 0;
  for (const float v : curve) mean += static_cast<double>(v) / static_cast<double>(curve.size());
  Beat best;
  for (double hz = 2; hz < 15; hz += 0.05) {
    std::complex<double> sum = 0;
    double weights = 0;
    for (size_t i = 0; i < curve.size(); ++i) {
      const double w =
          0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(i) / static_cast<double>(curve.size()));
      sum += w * (static_cast<double>(curve[i]) - mean) *
             std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / 100);
      weights += w;
    }
    const double amplitude = 2 * std::abs(sum) / weights;
    if (amplitude > best.amplitude) best = {hz, amplitude};
  }
  return best;
}

std::vector<float> levels_db(const std::vector<float>& x) {
  std::vector<float> out;
  for (size_t i = 0; i + 960 <= x.size(); i += 480)
    out.push_back(static_cast<float>(20 * std::log10(test::level(x, i, i + 960))));
  return out;
}

}  // namespace

TEST_CASE("vibrato is heard with the technique's rate and extent, in proportion to its amount") {
  const Beat full = beat(pitches(sing(kVibrato, 1)));
  CHECK(full.hz == Approx(5.5).epsilon(0.06));
  CHECK(100 * full.amplitude == Approx(60).margin(8));
  const Beat half = beat(pitches(sing(kVibrato, 0.5f)));
  CHECK(100 * half.amplitude == Approx(30).margin(6));
  CHECK(100 * beat(pitches(sing(kVibrato, 1, 0))).amplitude < 5);  // the contour is off
  CHECK(100 * beat(pitches(sing(kStraight, 1))).amplitude < 5);
}

TEST_CASE("a trill goes from the note to the one above and back") {
  const auto curve = pitches(sing(kTrill, 1));
  const Beat found = beat(curve);
  CHECK(found.hz == Approx(6).epsilon(0.06));
  auto sorted = curve;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted[sorted.size() / 8] == Approx(60).margin(0.25));
  CHECK(sorted[sorted.size() * 7 / 8] == Approx(62).margin(0.25));
  // Near a square: little time in between.
  const auto between =
      std::count_if(curve.begin(), curve.end(), [](float m) { return m > 60.5f && m < 61.5f; });
  CHECK(static_cast<double>(between) < 0.4 * static_cast<double>(curve.size()));
}

TEST_CASE("trillo beats in level, fry falls to its pulses") {
  const Beat trillo = beat(levels_db(sing(kTrillo, 1)));
  CHECK(trillo.hz == Approx(7).epsilon(0.06));
  CHECK(trillo.amplitude > 0.7);
  CHECK(beat(levels_db(sing(kStraight, 1))).amplitude < 0.3 * trillo.amplitude);

  const auto fry = sing(kFry, 1);
  // 60 pulses a second: hardly anything at the note's own 261.6 Hz.
  CHECK(test::amplitude(fry, 0, 48000, 261.63) < 0.3 * test::amplitude(sing(kStraight, 1), 0, 48000, 261.63));
}

TEST_CASE("fry's pulses come at their rate, die away, and leave the level as it was") {
  GlottalPulses pulses;
  pulses.start(7);
  pulses.set_rate(60, 48000);
  double squares = 0;
  int count = 0;
  float before = 0, lowest = 9;
  for (int i = 0; i < 96000; ++i) {
    const float gain = pulses.next();
    squares += static_cast<double>(gain) * gain / 96000;
    count += gain > 1.2f && before <= 1.2f;
    lowest = std::min(lowest, i > 480 ? gain : 9.f);
    before = gain;
  }
  CHECK(squares == Approx(1).margin(0.15));
  CHECK(count == Approx(120).margin(2));
  CHECK(lowest < 0.15f);
}

TEST_CASE("the colour changes with the technique even where nothing moves") {
  const auto straight = sing(kStraight, 1, 0), belt = sing(kBelt, 1, 0);
  double difference = 0, power = 0;
  for (int k = 1; k <= 10; ++k) {
    const double a = test::amplitude(straight, 0, 48000, 261.6256 * k),
                 b = test::amplitude(belt, 0, 48000, 261.6256 * k);
    difference += (a - b) * (a - b), power += a * a;
  }
  CHECK(difference > 1e-4 * power);  // the weights are random
}

TEST_CASE("techniques are the same for every block size and every run") {
  const auto play = [](uint32_t block) {
    Rig rig(block);
    rig.ddsp(0, model());
    rig.parameter(0, schema::ddsp::kTechniqueDrift, 0.7f, 0);
    ask(rig, kVibrato, 0.6f);
    ask(rig, kFry, 1, 20011);
    rig.note_on(0, 60, 0.8f, 4800);
    rig.note_on(0, 67, 0.8f, 9601);
    rig.at(30001);
    rig.stage.set_space(0, 0, rt::SpaceMove::What::kPad, 0, 0.3f, 0.8f);
    rig.stage.set_space(0, 1, rt::SpaceMove::What::kEntry, 2, 1, 0, 0.5f);
    REQUIRE(rig.stage.commit());
    rig.parameter(0, schema::ddsp::kTechniqueSnap, 0.5f, 40000);
    rig.parameter(0, schema::ddsp::kTechniqueFreeze, 1, 50000);
    ask(rig, kTrill, 1, 55000);
    rig.parameter(0, schema::ddsp::kTechniqueFreeze, 0, 60000);
    return rig.play(80000);
  };
  const auto reference = play(64);
  CHECK(test::level(reference, 40000, 80000) > 1e-3);
  for (const uint32_t block : {64u, 32u, 333u, 1024u}) {
    const auto other = play(block);
    INFO("block " << block);
    CHECK(std::memcmp(other.data(), reference.data(), reference.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("a technique goes on through a swap of the model") {
  Rig rig;
  rig.ddsp(0, model());
  ask(rig, kVibrato, 1);
  rig.note_on(0, 60, 0.8f, 4800);
  auto x = rig.play(96000);
  rig.at(rig.frame());
  rig.stage.swap_model(0, std::make_shared<DdspRuntime>(model(2), 48000));
  rig.stage.set_space(0, 0, rt::SpaceMove::What::kEntry, kVibrato, 1);
  REQUIRE(rig.stage.commit());
  rig.play(24000);
  const Beat after = beat(pitches(rig.play(96000)));
  CHECK(after.hz == Approx(5.5).epsilon(0.06));
  CHECK(100 * after.amplitude == Approx(60).margin(10));
}
