// How clean a recording is: by sounds whose flaws are known, and by the singing and the instruments of
// $CONTINUO_DATA. CONTINUO_SHOW=1 prints what each file reads.
#include "models/data/audio/cleanness.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numbers>

#include "models/data/audio_file.h"
#include "models/data/make/random.h"
#include "models/data/make/singer.h"

using namespace continuo::data;
namespace fs = std::filesystem;
namespace make = continuo::make;
using make::Technique;
using Audio = std::vector<float>;

namespace {

constexpr int kRate = 24000;

Cleanness look_at(const Audio& audio, int rate = kRate) {
  return measure_cleanness(audio, rate, extract_features(audio, feature_spec(rate, rate / 100)), rate / 100);
}

Audio scaled_to(Audio audio, float peak) {
  float most = 1e-9f;
  for (const float x : audio) most = std::max(most, std::abs(x));
  for (float& x : audio) x *= peak / most;
  return audio;
}

Audio sum(const Audio& a, const Audio& b, double db) {
  Audio out = a;
  out.resize(std::max(a.size(), b.size()), 0.f);
  const auto gain = static_cast<float>(std::pow(10, db / 20));
  for (std::size_t i = 0; i < b.size(); ++i) out[i] += gain * b[i];
  return out;
}

// A phrase of 3 s, and 2 s of silence.
Audio sung(Technique technique, int voice, int seed, int rate = kRate) {
  make::Random random(static_cast<std::uint64_t>(seed), "phrase");
  make::Gesture gesture =
      make::compose_singing(technique, make::singer_voices()[static_cast<std::size_t>(voice)], 3, random);
  make::add_rest(gesture, 2);
  return scaled_to(make::sing(gesture, technique, make::singer_voices()[static_cast<std::size_t>(voice)],
                              make::Vowel::a, rate, static_cast<std::uint64_t>(seed)),
                   0.5f);
}

// `count` singers on one line, each a little off, a little late, and with a vibrato of their own.
Audio section(Technique technique, int voice, int seed, int count) {
  make::Random random(static_cast<std::uint64_t>(seed), "phrase"),
      own(static_cast<std::uint64_t>(seed), "own");
  const make::Gesture line =
      make::compose_singing(technique, make::singer_voices()[static_cast<std::size_t>(voice)], 3, random);
  Audio all;
  for (int k = 0; k < count; ++k) {
    make::Gesture gesture = line;
    const double off = own.normal() * 0.1, hz = own.uniform(4.5, 6.5), depth = own.uniform(0, 0.2);
    const auto late = static_cast<std::size_t>(own.uniform(0, 60));
    double drift = 0, target = 0;
    for (std::size_t i = 0; i < line.points(); ++i) {
      if (i % 200 == 0) target = own.normal() * 0.05;
      drift += 0.01 * (target - drift);
      const std::size_t from = i > late ? i - late : 0;
      const double wave = std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / make::kGestureRate);
      gesture.db[i] = line.db[from];
      gesture.midi[i] =
          line.midi[from] > 0 ? static_cast<float>(line.midi[from] + off + drift + depth * wave) : 0;
    }
    make::SingerVoice singer = make::singer_voices()[static_cast<std::size_t>(voice)];
    singer.tract_cm *= own.uniform(0.94, 1.06);
    all = sum(all, scaled_to(make::sing(gesture, technique, singer, make::Vowel::a, kRate, own.bits()), 0.5f),
              0);
  }
  return scaled_to(all, 0.5f);
}

Audio noise(std::size_t samples, double db, bool pink, make::Random& random) {
  Audio out(samples);
  double a = 0, b = 0, c = 0, power = 0;
  for (float& x : out) {  // pink: three one-pole filters by P. Kellet
    const double white = random.normal();
    a = 0.99765 * a + white * 0.0990460;
    b = 0.96300 * b + white * 0.2965164;
    c = 0.57000 * c + white * 1.0526913;
    x = static_cast<float>(pink ? a + b + c + 0.1848 * white : white);
    power += x * x / static_cast<double>(samples);
  }
  for (float& x : out) x *= static_cast<float>(std::pow(10, db / 20) / std::sqrt(power));
  return out;
}

// In a room that is nothing but its reverberation.
Audio in_room(const Audio& dry, double rt60, make::Random& random) {
  Audio room(static_cast<std::size_t>(rt60 * kRate));
  for (std::size_t i = 0; i < room.size(); ++i) {
    room[i] =
        static_cast<float>(random.normal() * std::pow(10, -3 * static_cast<double>(i) / (rt60 * kRate)));
  }
  continuo::dsp::RealFft fft;
  int size = 4;
  while (size < static_cast<int>(dry.size() + room.size())) size *= 2;
  fft.prepare(size);
  const auto n = static_cast<std::size_t>(size);
  std::vector<std::complex<float>> x(n / 2 + 1), h(n / 2 + 1);
  Audio padded = dry;
  padded.resize(n);
  room.resize(n);
  fft.forward(padded.data(), x.data());
  fft.forward(room.data(), h.data());
  for (std::size_t b = 0; b < x.size(); ++b) x[b] *= h[b];
  fft.inverse(x.data(), padded.data());
  padded.resize(dry.size());
  return scaled_to(padded, 0.5f);
}

fs::path data_folder() {
  const char* given = std::getenv("CONTINUO_DATA");
  return given && *given ? fs::path(given) : fs::path("../shared/data");
}

bool has_fault(const Cleanness& cleanness, const std::string& measure) {
  const auto faults = faults_of(cleanness, {});
  return std::any_of(faults.begin(), faults.end(), [&](const Fault& f) { return f.measure == measure; });
}

}  // namespace

TEST_CASE("one singer is one voice, whatever the technique") {
  for (const Technique technique : make::kTechniques) {
    if (technique == Technique::fry) continue;
    for (int voice = 0; voice < 4; ++voice) {
      const Cleanness solo = look_at(sung(technique, voice, voice + 3));
      INFO(make::name_of(technique) << " " << make::singer_voices()[static_cast<std::size_t>(voice)].name
                                    << " " << solo.voices.value_or(-1));
      REQUIRE(solo.voices);
      CHECK(*solo.voices < 2.2);
      CHECK_FALSE(has_fault(solo, "bleed_db"));
      CHECK_FALSE(has_fault(solo, "noise_floor_db"));
    }
  }
}

TEST_CASE("several singers on one line are more than one voice") {
  int duos = 0, found = 0;
  for (const Technique technique :
       {Technique::straight, Technique::vibrato, Technique::belt, Technique::glissando}) {
    for (int voice = 0; voice < 4; ++voice) {
      for (const int count : {2, 4, 8}) {
        const Cleanness together = look_at(section(technique, voice, 20 + count, count));
        INFO(make::name_of(technique) << " " << make::singer_voices()[static_cast<std::size_t>(voice)].name
                                      << " " << count << ": " << together.voices.value_or(-1));
        if (count > 2) {
          CHECK(has_fault(together, "voices"));
        } else {  // two may happen to be in tune
          ++duos;
          found += has_fault(together, "voices") ? 1 : 0;
        }
      }
    }
  }
  CHECK(found >= 0.8 * duos);
}

TEST_CASE("fry and noise say nothing about voices") {
  make::Random random(1);
  CHECK_FALSE(look_at(noise(2 * kRate, -20, false, random)).voices);
  CHECK_FALSE(look_at(sung(Technique::fry, 0, 1)).voices);
  CHECK_FALSE(look_at(Audio(kRate, 0.f)).voices);
  for (const double seconds : {0.01, 0.1, 0.5}) {  // and nothing breaks on a short item
    const Cleanness brief = look_at(noise(static_cast<std::size_t>(seconds * kRate), -20, false, random));
    CHECK(std::isfinite(brief.noise_floor_db.value_or(0)));
  }
  CHECK(faults_of(measure_cleanness({}, kRate, {}, 240), {}).empty());
}

TEST_CASE("a second melody is heard down to 12 dB under the first, and its level told") {
  const Audio first = sung(Technique::straight, 2, 5), second = sung(Technique::straight, 1, 9);
  CHECK(*look_at(first).bleed_db < -30);
  for (const double db : {-6., -12., -20., -26.}) {
    const Cleanness both = look_at(sum(first, second, db));
    INFO(db << " " << both.bleed_db.value_or(0));
    REQUIRE(both.bleed_db);
    CHECK(*both.bleed_db < db + 8);
    CHECK(*both.bleed_db > db - 12);
  }
}

TEST_CASE("a fifth is no single pitch, though it has a common period") {
  Audio both;
  for (const double hz : {300., 450.}) {
    Audio tone(2 * kRate);
    for (int k = 1; k <= 8; ++k) {
      for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] += static_cast<float>(
            0.1 / k * std::sin(2 * std::numbers::pi * k * hz * static_cast<double>(i) / kRate));
      }
    }
    if (!both.empty()) CHECK(has_fault(look_at(sum(both, tone, 0)), "bleed_db"));
    CHECK_FALSE(has_fault(look_at(tone), "bleed_db"));
    both = tone;
  }
}

TEST_CASE("a room's reverberation time is found in the ends of notes") {
  make::Random random(3);
  for (const int seed : {1, 2}) {
    const Audio dry = sung(Technique::vibrato, 2, seed);
    CHECK(look_at(dry).decay_s.value_or(0) < 0.12);
    for (const double rt60 : {0.2, 0.5, 1.0, 2.0}) {
      const Cleanness wet = look_at(in_room(dry, rt60, random));
      INFO(rt60 << " " << wet.decay_s.value_or(-1));
      REQUIRE(wet.decay_s);
      CHECK(*wet.decay_s == Approx(rt60).epsilon(0.35));
      CHECK(has_fault(wet, "decay_s") == (rt60 > 1.5));
    }
  }
}

TEST_CASE("noise reads its level, with pauses and without") {
  make::Random random(4);
  const Audio dry = sung(Technique::straight, 2, 1);
  for (const bool pink : {false, true}) {
    for (const double db : {-30., -40., -50., -60.}) {
      const Cleanness noisy = look_at(sum(dry, noise(dry.size(), db, pink, random), 0));
      INFO(db << (pink ? " pink " : " white ") << noisy.noise_floor_db.value_or(0));
      REQUIRE(noisy.noise_floor_db);
      CHECK(*noisy.noise_floor_db == Approx(db).margin(2.5));
    }
  }
  const Audio held(dry.begin(), dry.begin() + 3 * kRate);
  CHECK(*look_at(sum(held, noise(held.size(), -40, false, random), 0)).noise_floor_db ==
        Approx(-40).margin(3));
  CHECK(has_fault(look_at(sum(dry, noise(dry.size(), -25, false, random), 0)), "noise_floor_db"));
}

TEST_CASE("mains hum is named") {
  make::Random random(5);
  const Audio dry = sum(sung(Technique::straight, 3, 2), noise(5 * kRate, -60, false, random), 0);
  CHECK_FALSE(look_at(dry).hum_hz);
  for (const double mains : {50., 60.}) {
    Audio hum(dry.size());
    for (int k = 1; k <= 6; ++k) {
      for (std::size_t i = 0; i < hum.size(); ++i) {
        hum[i] += static_cast<float>(
            0.004 / k * std::sin(2 * std::numbers::pi * k * mains * static_cast<double>(i) / kRate + k));
      }
    }
    CHECK(look_at(sum(dry, hum, 0)).hum_hz == mains);
  }
}

TEST_CASE("the edge that a low sample rate leaves is found; a dark sound has none") {
  make::Random random(6);
  for (const int from : {8000, 11025, 16000}) {
    Audio low = resample(sung(Technique::straight, 2, 1), kRate, from);
    low = sum(low, noise(low.size(), -70, false, random), 0);
    const Cleanness edge = look_at(resample(low, from, 48000), 48000);
    INFO(from << " " << edge.bandwidth_hz.value_or(0));
    CHECK(*edge.bandwidth_hz == Approx(from / 2).epsilon(0.08));
    CHECK(has_fault(edge, "bandwidth_hz") == (from < 16000));
  }
  // A hum through closed lips: nothing above 1.5 kHz but the room's noise.
  Audio dark(3 * kRate);
  for (int k = 1; k <= 7; ++k) {
    for (std::size_t i = 0; i < dark.size(); ++i) {
      dark[i] += static_cast<float>(
          std::pow(0.4, k) * std::sin(2 * std::numbers::pi * k * 200 * static_cast<double>(i) / kRate));
    }
  }
  CHECK(*look_at(dark).bandwidth_hz == kRate / 2);
  CHECK(*look_at(sum(dark, noise(dark.size(), -60, false, random), 0)).bandwidth_hz == kRate / 2);
  CHECK(*look_at(sum(dark, noise(dark.size(), -60, true, random), 0)).bandwidth_hz == kRate / 2);
}

TEST_CASE("flat tops are counted, also when they were turned down afterwards") {
  Audio tone(2 * kRate);
  for (std::size_t i = 0; i < tone.size(); ++i) {
    tone[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 220 * static_cast<double>(i) / kRate));
  }
  CHECK(clipped_share(tone) == 0);
  for (float& x : tone) x = 0.6f * std::clamp(x, -0.8f, 0.8f);
  // A sine is beyond 0.8 for 1 - 2/pi asin 0.8 of the time.
  CHECK(clipped_share(tone) == Approx(0.41).margin(0.03));
  CHECK(has_fault(look_at(tone), "clipped_share"));
  CHECK(clipped_share({}) == 0);
  CHECK(clipped_share(Audio(1000, 0.f)) == 0);
}

TEST_CASE("faults say what was measured and what to do") {
  Cleanness bad{5.5, -4, 2.5, -25, 8, 50, 3900, 0.02};
  const auto faults = faults_of(bad, {});
  REQUIRE(faults.size() == 6);
  CHECK_THAT(faults[0].reason, Catch::Contains("5.50 cents"));
  CHECK_THAT(faults[1].reason, Catch::Contains("two pitches") && Catch::Contains("4 dB"));
  CHECK_THAT(faults[2].reason, Catch::Contains("2.5 s"));
  CHECK_THAT(faults[3].reason, Catch::Contains("-25 dBFS") && Catch::Contains("50 Hz"));
  CHECK_THAT(faults[4].reason, Catch::Contains("3.9 kHz"));
  CHECK_THAT(faults[5].reason, Catch::Contains("2.00 %"));
  CHECK(faults_of({}, {}).empty());
}

TEST_CASE("every section in data/singing is found, and at most two solos are lost") {
  const fs::path folder = data_folder() / "singing";
  std::ifstream labels(folder / "labels.csv");
  if (!labels) {
    WARN("skipped: no " << folder.string() << " (set CONTINUO_DATA)");
    return;
  }
  const bool show = std::getenv("CONTINUO_SHOW") != nullptr;
  for (const int rate : {16000, 24000}) {
    labels.clear();
    labels.seekg(0);
    int sections = 0, solos = 0, lost = 0;
    for (std::string line; std::getline(labels, line);) {
      const std::string file = line.substr(0, line.find(','));
      const bool ensemble = line.find(",ensemble,") != std::string::npos && file != "file";
      if (!fs::exists(folder / file) || file == "file") continue;
      const Cleanness cleanness = look_at(read_audio(folder / file, rate), rate);
      const auto faults = faults_of(cleanness, {});
      if (show) {
        std::printf("%d %-9s %5.2f cents, bleed %5.1f, %s\n", rate, ensemble ? "section" : "solo",
                    cleanness.voices.value_or(-1), cleanness.bleed_db.value_or(0), file.c_str());
      }
      INFO(file << " at " << rate << " Hz: " << cleanness.voices.value_or(-1) << " cents");
      if (ensemble) {
        ++sections;
        CHECK(has_fault(cleanness, "voices"));
      } else {
        ++solos;
        lost += faults.empty() ? 0 : 1;
      }
    }
    CHECK(sections > 0);
    CHECK(solos > 0);
    CHECK(lost <= 2);
  }
}

TEST_CASE("saxophone recordings are clean; two of them at once are not") {
  const fs::path folder = data_folder() / "solo-instrument" / "alto-sax-weresax";
  if (!fs::exists(folder)) {
    WARN("skipped: no " << folder.string() << " (set CONTINUO_DATA)");
    return;
  }
  const auto files = find_audio(folder);
  int looked_at = 0, found = 0;
  for (std::size_t i = 0; i + 40 < files.size(); i += 8, ++looked_at) {
    const Audio one = read_audio(files[i], kRate), other = read_audio(files[i + 37], kRate);
    INFO(files[i] << " and " << files[i + 37]);
    CHECK(faults_of(look_at(one), {}).empty());
    const Cleanness both = look_at(sum(scaled_to(one, 0.4f), scaled_to(other, 0.4f), -3));
    const bool pitchless = !both.voices && !both.bleed_db;
    if (std::getenv("CONTINUO_SHOW")) {
      std::printf("%s and %s: %.2f cents, bleed %.1f\n", files[i].stem().c_str(),
                  files[i + 37].stem().c_str(), both.voices.value_or(-1), both.bleed_db.value_or(-99));
    }
    found += pitchless || has_fault(both, "voices") || has_fault(both, "bleed_db") ? 1 : 0;
  }
  CHECK(looked_at > 5);
  // Not all: a twelfth and a note six times higher lie on the lower note's harmonics, and where two notes
  // have no common period at all, only what sounds of one alone has a pitch.
  CHECK(found >= 0.6 * looked_at);
}
