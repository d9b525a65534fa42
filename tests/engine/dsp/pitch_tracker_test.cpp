// The pitch tracker and the power follower on sounds whose answer is known.
#include "engine/dsp/pitch_tracker.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "engine/dsp/power.h"

namespace {

using namespace continuo::dsp;

// A tone with eight harmonics falling by 1 / k, the first scaled by `fundamental`.
std::vector<float> tone(double hz, double seconds, double rate, double fundamental = 1) {
  std::vector<float> out(static_cast<std::size_t>(seconds * rate));
  for (std::size_t n = 0; n < out.size(); ++n) {
    double sum = 0;
    for (int k = 1; k <= 8 && k * hz < rate / 2; ++k) {
      const double gain = (k == 1 ? fundamental : 1.0) / k;
      sum += 0.2 * gain * std::sin(2 * std::numbers::pi * k * hz * static_cast<double>(n) / rate);
    }
    out[n] = static_cast<float>(sum);
  }
  return out;
}

std::vector<PitchFrame> track(const std::vector<float>& audio, const PitchSpec& spec, std::size_t block) {
  PitchTracker tracker;
  tracker.prepare(spec);
  std::vector<PitchFrame> frames, some(audio.size());
  for (std::size_t begin = 0; begin < audio.size(); begin += block) {
    const auto part = std::span(audio).subspan(begin, std::min(block, audio.size() - begin));
    const std::size_t made = tracker.process(part, some);
    frames.insert(frames.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(made));
  }
  return frames;
}

double cents(double hz, double of) {
  return 1200 * std::log2(hz / of);
}

}  // namespace

TEST_CASE("steady tones are read within 2 cents, from 70 Hz to 2 kHz, at every rate") {
  for (const double rate : {24000.0, 44100.0, 48000.0}) {
    PitchSpec spec;
    spec.sample_rate = rate;
    spec.hop = static_cast<int>(rate / 100);
    for (const double hz : {70.0, 138.6, 220.0, 440.0, 831.7, 1318.5, 1975.5}) {
      const auto frames = track(tone(hz, 0.4, rate), spec, 512);
      for (std::size_t j = 8; j < 30; ++j) {
        INFO(rate << " Hz, " << hz << " Hz, frame " << j << ": " << frames[j].f0_hz);
        REQUIRE(frames[j].voiced);
        // Lags are whole samples, refined by a parabola: high notes at low rates have few samples a period.
        REQUIRE(std::fabs(cents(frames[j].f0_hz, hz)) < (hz > 1000 ? 6 : 2));
      }
    }
  }
}

TEST_CASE("a weak fundamental is no octave error") {
  PitchSpec spec;
  const auto frames = track(tone(155.6, 0.4, 24000, 0.05), spec, 4096);
  for (std::size_t j = 8; j < 30; ++j) REQUIRE(std::fabs(cents(frames[j].f0_hz, 155.6)) < 5);
}

TEST_CASE("frames are centred: a glide is read where it is") {
  PitchSpec spec;
  std::vector<float> audio(24000);
  double phase = 0;
  for (std::size_t n = 0; n < audio.size(); ++n) {
    const double hz = 220 * std::exp2(static_cast<double>(n) / 24000);  // an octave a second
    phase += hz / 24000;
    audio[n] = static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * phase) +
                                  0.1 * std::sin(4 * std::numbers::pi * phase));
  }
  const auto frames = track(audio, spec, 240);
  // 12 cents a frame: 4 cents are a third of a frame.
  for (std::size_t j = 10; j < 80; ++j) {
    REQUIRE(std::fabs(cents(frames[j].f0_hz, 220 * std::exp2(static_cast<double>(j) / 100))) < 4);
  }
}

TEST_CASE("noise and silence are unvoiced") {
  PitchSpec spec;
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> noise(24000);
  for (float& v : noise) v = normal(random);
  std::size_t voiced = 0;
  const auto frames = track(noise, spec, 1000);
  for (const PitchFrame& frame : frames) voiced += frame.voiced ? 1 : 0;
  CHECK(voiced < frames.size() / 20);
  for (const PitchFrame& frame : track(std::vector<float>(24000, 0.f), spec, 1000)) {
    REQUIRE_FALSE(frame.voiced);
    REQUIRE(frame.aperiodicity == 1.f);
  }
}

TEST_CASE("however the stream is cut, the frames are the same") {
  PitchSpec spec;
  const auto audio = tone(311.1, 0.5, 24000);
  const auto whole = track(audio, spec, audio.size());
  PowerFollower follower;
  follower.prepare({});
  std::vector<float> power(audio.size() / 240 + 1);
  power.resize(follower.process(audio, power));
  for (const std::size_t block : {1UL, 7UL, 64UL, 333UL, 1024UL}) {
    const auto parts = track(audio, spec, block);
    REQUIRE(parts.size() == whole.size());
    for (std::size_t j = 0; j < whole.size(); ++j) REQUIRE(parts[j].f0_hz == whole[j].f0_hz);
    follower.reset();
    std::vector<float> cut, some(audio.size());
    for (std::size_t begin = 0; begin < audio.size(); begin += block) {
      const auto part = std::span(audio).subspan(begin, std::min(block, audio.size() - begin));
      const std::size_t made = follower.process(part, some);
      cut.insert(cut.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(made));
    }
    REQUIRE(cut == power);
  }
}

TEST_CASE("power: a full-scale sine reads -3 dB, silence the floor, an onset lies on its frame") {
  PowerFollower follower;
  follower.prepare({});
  std::vector<float> audio(24000, 0.f);
  for (std::size_t n = 12000; n < audio.size(); ++n) {
    audio[n] = static_cast<float>(std::sin(2 * std::numbers::pi * 440 * static_cast<double>(n) / 24000));
  }
  std::vector<float> db(200);
  db.resize(follower.process(audio, db));
  CHECK(db[10] == -80.f);
  CHECK(db[90] == Approx(-3.01).margin(0.05));
  CHECK(db[47] == -80.f);                      // 30 ms before: outside the window
  CHECK(db[50] == Approx(-6.02).margin(0.3));  // at the onset: half of the weight
  CHECK(db[52] == Approx(-3.01).margin(0.3));  // 20 ms later: all of it
}

TEST_CASE("specs out of range are refused") {
  PitchTracker tracker;
  PitchSpec pitch;
  pitch.min_hz = 3000;
  CHECK_THROWS_AS(tracker.prepare(pitch), std::invalid_argument);
  PowerFollower follower;
  CHECK_THROWS_AS(follower.prepare({240, 3, -80.f}), std::invalid_argument);
}
