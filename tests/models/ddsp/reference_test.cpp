// Synthesis, analysis and table at the model's rate, without LibTorch.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "models/ddsp/analysis.h"
#include "models/ddsp/harmonic_bank.h"
#include "models/ddsp/loudness.h"
#include "models/ddsp/noise_filter.h"
#include "models/ddsp/table.h"

using namespace continuo::ddsp;

namespace {
constexpr int kHop = 240;
constexpr double kRate = 24000;
}  // namespace

TEST_CASE("the harmonic bank sums its sines, amplitudes and pitch linear between frames") {
  const int harmonics = 96, frames = 12;
  std::vector<float> a(frames * harmonics), f0(frames);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(0, 0.02f);
  for (float& v : a) v = uniform(random);
  for (int j = 0; j < frames; ++j) f0[static_cast<std::size_t>(j)] = 110.f + 3.f * static_cast<float>(j % 4);
  std::vector<float> audio(frames * kHop);
  harmonic_bank(a, f0, harmonics, kHop, kRate, audio);

  double cycles = 0, worst = 0;
  for (int j = 0; j < frames; ++j) {
    const int next = std::min(j + 1, frames - 1);
    const double f = f0[static_cast<std::size_t>(j)], g = f0[static_cast<std::size_t>(next)];
    for (int n = 0; n < kHop; ++n) {
      const double x = static_cast<double>(n) / kHop;
      const double phase = cycles + (f * n + (g - f) * n * x / 2) / kRate;
      double sum = 0;
      for (int k = 0; k < harmonics; ++k) {
        const double from = a[static_cast<std::size_t>(j * harmonics + k)];
        const double to = a[static_cast<std::size_t>(next * harmonics + k)];
        sum += (from + (to - from) * x) * std::sin(2 * std::numbers::pi * (k + 1) * phase);
      }
      worst = std::max(worst, std::fabs(sum - audio[static_cast<std::size_t>(j * kHop + n)]));
    }
    cycles += kHop * (f + g) / 2 / kRate;
  }
  CHECK(worst < 1e-4);
}

TEST_CASE("flat noise magnitudes pass white noise, half a filter later") {
  const int bands = 65, taps = noise_taps(bands), frames = 10;
  const auto map = noise_response_map(bands);
  std::vector<float> responses;
  for (int j = 0; j < frames; ++j) {
    for (int t = 0; t < taps; ++t) {
      float h = 0;
      for (int b = 0; b < bands; ++b) h += map[static_cast<std::size_t>(b * taps + t)];
      responses.push_back(h);
    }
  }
  std::vector<float> white(frames * kHop), out(white.size());
  fill_white_noise(7, white);
  filter_noise(responses, white, taps, kHop, out);
  for (std::size_t n = 64; n < out.size(); ++n) REQUIRE(out[n] == Approx(white[n - 64]).margin(1e-4));
}

TEST_CASE("analysis finds the controls that made a sound") {
  const int harmonics = 40, bands = 65, frames = 60;
  ControlTrack made;
  made.harmonics = harmonics;
  made.bands = bands;
  std::vector<float> midi(frames, 57.f), f0(frames, 220.f);
  for (int j = 0; j < frames; ++j) {
    for (int k = 0; k < harmonics; ++k)
      made.amplitudes.push_back(0.2f / static_cast<float>((k + 1) * (k + 1)));
    for (int b = 0; b < bands; ++b) made.noise.push_back(b < 20 ? 0.02f : 0.002f);
  }
  const auto audio = synthesise(made, midi, kHop, kRate, 3);
  const auto found = analyse_controls(audio, f0, harmonics, bands, kHop, kRate);
  const std::size_t j = 30;
  CHECK(found.amplitudes[j * harmonics] == Approx(0.2).epsilon(0.02));
  CHECK(found.amplitudes[j * harmonics + 3] == Approx(0.0125).epsilon(0.2));
  double low = 0, high = 0;
  for (std::size_t i = 10; i < 50; ++i) {
    for (std::size_t b = 5; b < 15; ++b) low += found.noise[i * bands + b] / 400;
    for (std::size_t b = 40; b < 50; ++b) high += found.noise[i * bands + b] / 400;
  }
  CHECK(low == Approx(0.02).epsilon(0.2));
  CHECK(high == Approx(0.002).epsilon(0.2));
}

TEST_CASE("the table gives back the spectrum it was fitted on, scaled to the power asked for") {
  Clip clip;
  clip.midi.assign(50, 60.f);
  clip.db.assign(50, -20.f);
  clip.controls.harmonics = 3;
  clip.controls.bands = 5;
  for (int j = 0; j < 50; ++j) {
    clip.controls.amplitudes.insert(clip.controls.amplitudes.end(), {0.1f, 0.05f, 0.01f});
    clip.controls.noise.insert(clip.controls.noise.end(), 5, 0.001f);
  }
  Table table;
  table.fit(std::vector<Clip>{clip});
  const std::vector<float> midi = {60.f, 63.3f}, db = {-20.f, -40.f};
  const auto track = table.look_up(midi, db, kRate);
  CHECK(track.amplitudes[0] == Approx(0.1));
  CHECK(track.amplitudes[1] == Approx(0.05));
  CHECK(track.amplitudes[3] == Approx(0.01));
  CHECK(track.noise[5] == Approx(0.0001));
  CHECK_THROWS_AS(table.fit({}), std::invalid_argument);
}

TEST_CASE("loudness is A-weighted, and the same at every rate") {
  // IEC 61672-1, table 3.
  CHECK(a_weighting_db(100) == Approx(-19.1).margin(0.1));
  CHECK(a_weighting_db(1000) == Approx(0).margin(0.05));
  CHECK(a_weighting_db(10000) == Approx(-2.5).margin(0.1));
  for (const int rate : {16000, 24000, 48000}) {
    std::vector<float> sine(static_cast<std::size_t>(rate)), low(sine.size());
    for (std::size_t n = 0; n < sine.size(); ++n) {
      sine[n] =
          std::sin(2 * std::numbers::pi_v<float> * 1000 * static_cast<float>(n) / static_cast<float>(rate));
      low[n] =
          std::sin(2 * std::numbers::pi_v<float> * 200 * static_cast<float>(n) / static_cast<float>(rate));
    }
    const auto loud = loudness(sine, rate, rate / 100), soft = loudness(low, rate, rate / 100);
    REQUIRE(loud.size() == 100);
    CHECK(loud[50] == Approx(19.8).margin(0.3));  // as magenta's code gives for a full sine
    CHECK(soft[50] == Approx(19.8 - 10.8).margin(0.6));
    CHECK(loudness(std::vector<float>(1000), rate, 100)[3] == -80.f);
  }
}
