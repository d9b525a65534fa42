// The pitch cases say the truth: a tracker finds it there, and the signal's own period is what was said.
#include "models/data/make/pitch_cases.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "tests/models/data/make/tracked.h"

using namespace continuo::make;

namespace {

constexpr int kRate = 24000, kHop = 240;

void show(const PitchCase& sound, const Tracked& tracked) {
  if (!std::getenv("CONTINUO_SHOW")) return;
  std::printf("%-36s %5.1f s  accuracy %.4f  octaves %.4f  offset %+6.2f cents  typical %5.2f cents\n",
              sound.name.c_str(), static_cast<double>(sound.audio.size()) / sound.sample_rate,
              tracked.accuracy, tracked.octaves, tracked.median_cents, tracked.typical_cents);
}

}  // namespace

TEST_CASE("synthetic pitch cases hold the pitch that they claim") {
  const auto cases = synthetic_pitch_cases(kRate, kHop);
  REQUIRE(cases.size() == 15);
  for (const PitchCase& sound : cases) {
    INFO(sound.name);
    REQUIRE(sound.f0_hz.size() == sound.audio.size() / kHop + 1);
    const Tracked tracked = compare(track(sound.audio, kRate, kHop), sound);
    show(sound, tracked);
    CHECK(tracked.frames > 150);
    CHECK(tracked.accuracy > 0.95);
    CHECK(std::abs(tracked.median_cents) < 1.5);
    CHECK(tracked.typical_cents < 4);
  }
}

TEST_CASE("a sine's zero crossings agree with its truth to a tenth of a cent") {
  for (const PitchCase& sound : synthetic_pitch_cases(48000, 480)) {
    if (sound.name != "sine, tones") continue;
    double worst = 0;
    int checked = 0;
    for (std::size_t j = 5; j + 5 < sound.scored.size(); ++j) {
      if (!sound.scored[j - 2] || !sound.scored[j + 2] || sound.f0_hz[j - 2] != sound.f0_hz[j + 2]) continue;
      // Upward crossings within 20 ms about the frame.
      const std::size_t from = (j - 1) * 480, to = (j + 1) * 480;
      std::vector<double> crossings;
      for (std::size_t i = from; i < to; ++i) {
        const double a = sound.audio[i], b = sound.audio[i + 1];
        if (a < 0 && b >= 0) crossings.push_back(static_cast<double>(i) + a / (a - b));
      }
      if (crossings.size() < 3) continue;
      const double period =
          (crossings.back() - crossings.front()) / static_cast<double>(crossings.size() - 1);
      worst = std::max(worst, std::abs(1200 * std::log2(48000 / period / sound.f0_hz[j])));
      ++checked;
    }
    CHECK(checked > 100);
    CHECK(worst < 1);
  }
}

TEST_CASE("the seed decides the cases, bit for bit") {
  const auto a = synthetic_pitch_cases(16000, 160, 7), b = synthetic_pitch_cases(16000, 160, 7);
  const auto c = synthetic_pitch_cases(16000, 160, 8);
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].audio == b[i].audio);
    CHECK(a[i].f0_hz == b[i].f0_hz);
    CHECK(a[i].f0_hz != c[i].f0_hz);
  }
}

TEST_CASE("noise is as loud as asked, measured over the scored frames") {
  const auto cases = synthetic_pitch_cases(kRate, kHop);
  const PitchCase& sound = cases[1];
  const auto noisy = with_noise(sound, 10);
  double signal = 0, noise = 0;
  for (std::size_t j = 0; j + 1 < sound.scored.size(); ++j) {
    if (!sound.scored[j]) continue;
    for (std::size_t i = j * kHop; i < (j + 1) * kHop; ++i) {
      signal += static_cast<double>(sound.audio[i]) * sound.audio[i];
      noise += std::pow(static_cast<double>(noisy[i]) - sound.audio[i], 2);
    }
  }
  CHECK(10 * std::log10(signal / noise) == Approx(10).margin(0.1));
}

TEST_CASE("instrument pitch cases hold the pitch that was sent, but for the samples' own detuning") {
  std::string why;
  const auto cases = instrument_pitch_cases(kRate, kHop, 1, &why);
  if (cases.empty()) {
    WARN("skipped: " << why);
    return;
  }
  for (const PitchCase& sound : cases) {
    INFO(sound.name);
    const Tracked tracked = compare(track(sound.audio, kRate, kHop), sound);
    show(sound, tracked);
    CHECK(tracked.frames > 300);
    CHECK(tracked.accuracy > 0.85);
    CHECK(std::abs(tracked.median_cents) < 12);
  }
}
