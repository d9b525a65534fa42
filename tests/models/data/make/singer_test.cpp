// The technique singer sings what its labels say, measured on the sound.
#include "models/data/make/singer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "models/data/audio_file.h"
#include "tests/models/data/make/tracked.h"

using namespace continuo::make;

namespace {

constexpr int kRate = 24000, kHop = 240;
const SingerVoice& tenor() {
  return singer_voices()[1];
}

PitchCase sung(Technique technique, const SingerVoice& voice, Vowel vowel, std::uint64_t seed) {
  Random random(seed, name_of(technique));
  const Gesture gesture = compose_singing(technique, voice, 5, random);
  PitchCase sound;
  sound.name = name_of(technique) + " " + name_of(vowel) + " " + voice.name;
  sound.sample_rate = kRate;
  sound.hop = kHop;
  sound.audio = sing(gesture, technique, voice, vowel, kRate, seed);
  set_truth(sound, gesture);
  return sound;
}

Gesture held(double midi, double db, double seconds) {
  Gesture gesture;
  NoteShape note;
  note.midi = note.to_midi = midi;
  note.db = note.to_db = db;
  note.seconds = seconds;
  add_note(gesture, note);
  return gesture;
}

// Correlation of the sound with itself a lag later, the median over stretches of `window` samples.
double correlation(std::span<const float> audio, double lag, std::size_t window) {
  std::vector<double> values;
  const auto shift = static_cast<std::size_t>(std::lround(lag));
  for (std::size_t at = kRate / 5; at + window + shift + kRate / 5 < audio.size(); at += window) {
    double xy = 0, xx = 1e-20, yy = 1e-20;
    for (std::size_t i = at; i < at + window; ++i) {
      const double x = audio[i], y = audio[i + shift];
      xy += x * y, xx += x * x, yy += y * y;
    }
    values.push_back(xy / std::sqrt(xx * yy));
  }
  return median(values);
}

// P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio",
// IFA Proceedings 17, 1993, without his window: the pitch is held.
double harmonics_to_noise_db(Technique technique) {
  const double midi = 48, hz = 440 * std::exp2((midi - 69) / 12);
  const auto audio = sing(held(midi, -6, 2), technique, tenor(), Vowel::a, kRate, 3);
  double best = 0;
  for (int d = -3; d <= 3; ++d) best = std::max(best, correlation(audio, kRate / hz + d, 1200));
  return 10 * std::log10(best / (1 - best));
}

double band_db(std::span<const float> audio, double low_hz, double high_hz) {
  // Power of a stretch's DFT bins in the band, 10 Hz apart.
  const std::size_t size = kRate / 10, begin = audio.size() / 2;
  double power = 1e-20;
  for (double hz = low_hz; hz < high_hz; hz += 10) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double window =
          0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(i) / static_cast<double>(size));
      sum += window * audio[begin + i] * std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / kRate);
    }
    power += std::norm(sum);
  }
  return 10 * std::log10(power);
}

// Peaks of the all-pole spectrum (autocorrelation method, order 12 at 10 kHz): the formants as a phonetician
// measures them.
std::vector<double> formant_peaks(std::span<const float> audio) {
  constexpr int kOrder = 12, kLow = 10000;
  const std::vector<float> low = continuo::data::resample(audio, kRate, kLow);
  const std::size_t begin = low.size() / 3, size = 2000;
  std::vector<double> x(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double window =
        0.54 - 0.46 * std::cos(2 * M_PI * static_cast<double>(i) / static_cast<double>(size - 1));
    x[i] = window * (static_cast<double>(low[begin + i]) - 0.97 * low[begin + i - 1]);
  }
  std::array<double, kOrder + 1> r{}, a{};
  for (std::size_t k = 0; k <= kOrder; ++k) {
    for (std::size_t i = k; i < size; ++i) r[k] += x[i] * x[i - k];
  }
  a[0] = 1;
  double error = r[0];
  for (std::size_t m = 1; m <= kOrder; ++m) {  // Levinson-Durbin
    double sum = 0;
    for (std::size_t i = 0; i < m; ++i) sum += a[i] * r[m - i];
    const double k = -sum / error;
    auto next = a;
    for (std::size_t i = 1; i <= m; ++i) next[i] = a[i] + k * a[m - i];
    a = next;
    error *= 1 - k * k;
  }
  std::vector<double> level, peaks;
  for (int hz = 0; hz < kLow / 2; hz += 5) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i <= kOrder; ++i) {
      sum += a[i] * std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / kLow);
    }
    level.push_back(-std::log(std::abs(sum)));
  }
  for (std::size_t i = 1; i + 1 < level.size(); ++i) {
    if (level[i] > level[i - 1] && level[i] >= level[i + 1]) peaks.push_back(5.0 * static_cast<double>(i));
  }
  return peaks;
}

}  // namespace

TEST_CASE("an LF pulse is closed: no net flow, one excitation of height 1, where Fant's regression has it") {
  for (const double rd : {0.3, 0.5, 1.0, 1.7, 2.3, 2.7}) {
    const GlottalPulse pulse(rd);
    double area = 0, least = 0, at = 0;
    constexpr int kSteps = 20'000;
    for (int i = 0; i < kSteps; ++i) {
      const double phase = (i + 0.5) / kSteps, value = pulse(phase);
      area += value / kSteps;
      if (value < least) least = value, at = phase;
    }
    INFO("Rd " << rd);
    CHECK(std::abs(area) < 1e-4);
    CHECK(least == Approx(-1).margin(0.01));
    CHECK(at == Approx(pulse.open_quotient()).margin(0.015));
  }
  // Pressed cords are open for less of the period than breathy ones.
  CHECK(GlottalPulse(0.45).open_quotient() == Approx(0.45).margin(0.04));
  CHECK(GlottalPulse(1.0).open_quotient() == Approx(0.65).margin(0.03));
  CHECK(GlottalPulse(2.4).open_quotient() > 0.75);
}

TEST_CASE("the singer's pitch is the gesture's, to a few cents") {
  int i = 0;
  for (const Technique technique : kTechniques) {
    if (technique == Technique::fry) continue;
    for (const SingerVoice& voice : singer_voices()) {
      const PitchCase sound = sung(technique, voice, kVowels[static_cast<std::size_t>(i++ % 5)], 11);
      const Tracked tracked = compare(track(sound.audio, kRate, kHop), sound);
      if (std::getenv("CONTINUO_SHOW")) {
        std::printf("%-24s accuracy %.4f  octaves %.4f  offset %+6.2f cents  typical %5.2f cents\n",
                    sound.name.c_str(), tracked.accuracy, tracked.octaves, tracked.median_cents,
                    tracked.typical_cents);
      }
      INFO(sound.name);
      CHECK(tracked.frames > 200);
      CHECK(tracked.accuracy >
            (technique == Technique::breathy || technique == Technique::trill ? 0.93 : 0.97));
      CHECK(std::abs(tracked.median_cents) < 4);
    }
  }
}

TEST_CASE("formants lie where the vowel's belong") {
  for (const SingerVoice& voice : singer_voices().first(2)) {
    for (const Vowel vowel : kVowels) {
      const auto audio = sing(held(41, -6, 1), Technique::straight, voice, vowel, kRate, 5);
      const Formants formants = formants_of(vowel, voice.tract_cm);
      const std::vector<double> peaks = formant_peaks(audio);
      for (std::size_t f = 0; f < 3; ++f) {
        double nearest = 1e9;
        for (const double peak : peaks) {
          if (std::abs(peak - formants.hz[f]) < std::abs(nearest - formants.hz[f])) nearest = peak;
        }
        if (std::getenv("CONTINUO_SHOW")) {
          std::printf("%s %s F%zu %.0f Hz, measured %.0f\n", voice.name, name_of(vowel).c_str(), f + 1,
                      formants.hz[f], nearest);
        }
        INFO(voice.name << " " << name_of(vowel) << " F" << f + 1);
        CHECK(nearest == Approx(formants.hz[f]).epsilon(f == 0 ? 0.15 : 0.08));
      }
    }
  }
}

TEST_CASE("a breathy voice is noisier than a straight one, a belt cleaner") {
  const double breathy = harmonics_to_noise_db(Technique::breathy);
  const double straight = harmonics_to_noise_db(Technique::straight);
  const double belt = harmonics_to_noise_db(Technique::belt);
  if (std::getenv("CONTINUO_SHOW")) {
    std::printf("harmonics to noise: breathy %.1f, straight %.1f, belt %.1f dB\n", breathy, straight, belt);
  }
  CHECK(breathy > 3);
  CHECK(breathy < 12);
  CHECK(straight > breathy + 8);
  CHECK(belt > breathy + 8);
}

TEST_CASE("fry has the doubled period of creak") {
  const double midi = 34, hz = 440 * std::exp2((midi - 69) / 12);
  const auto measure = [&](Technique technique, double periods) {
    const auto audio = sing(held(midi, -6, 3), technique, singer_voices()[0], Vowel::a, kRate, 9);
    // Of the power's course: the cords' own jitter blurs the waveform.
    std::vector<float> power(audio.size());
    double smooth = 0, mean = 0;
    for (std::size_t i = 0; i < audio.size(); ++i) {
      smooth += 0.02 * (static_cast<double>(audio[i]) * audio[i] - smooth);
      power[i] = static_cast<float>(smooth);
      mean += smooth / static_cast<double>(audio.size());
    }
    for (float& v : power) v -= static_cast<float>(mean);
    double best = -1;
    for (double stretch = 0.94; stretch < 1.06; stretch += 0.005) {
      best = std::max(best, correlation(power, stretch * periods * kRate / hz, 1600));
    }
    return best;
  };
  const double once = measure(Technique::fry, 1), twice = measure(Technique::fry, 2);
  const double plain = measure(Technique::straight, 1);
  if (std::getenv("CONTINUO_SHOW")) {
    std::printf("fry: likeness after one pulse %.2f, after two %.2f; straight after one %.2f\n", once, twice,
                plain);
  }
  CHECK(twice > once + 0.1);
  CHECK(plain > 0.95);
}

TEST_CASE("a trillo beats at its rate, its pitch stays") {
  Random random(21);
  double rate_hz = 0;
  const Gesture gesture = compose_singing(Technique::trillo, tenor(), 5, random, &rate_hz);
  REQUIRE(rate_hz >= 6);
  REQUIRE(rate_hz <= 8);
  const auto audio = sing(gesture, Technique::trillo, tenor(), Vowel::a, kRate, 2);
  std::size_t first = 0, end = 0;  // of the first note, in points
  while (gesture.midi[first] == 0) ++first;
  for (end = first; end < gesture.points() && gesture.midi[end] > 0 &&
                    std::abs(gesture.midi[end] - gesture.midi[end > first ? end - 1 : end]) < 0.3;) {
    ++end;
  }
  std::vector<double> level;  // 1 ms each
  for (std::size_t i = first + 60; i + 90 < end; ++i) {
    double power = 1e-12;
    for (std::size_t j = i * 24; j < i * 24 + 240; ++j) power += static_cast<double>(audio[j]) * audio[j];
    level.push_back(10 * std::log10(power));
  }
  double mean = 0;
  for (const double v : level) mean += v / static_cast<double>(level.size());
  double best = 0, at = 0;
  for (double hz = 3; hz < 14; hz += 0.1) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
      sum += (level[i] - mean) * std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / 1000);
    }
    if (std::abs(sum) > best) best = std::abs(sum), at = hz;
  }
  CHECK(at == Approx(rate_hz).margin(0.7));
  const double depth =
      *std::max_element(level.begin(), level.end()) - *std::min_element(level.begin(), level.end());
  CHECK(depth > 10);
}

TEST_CASE("a belt rings at 2.8 kHz; a breathy voice is dull") {
  const auto part = [](Technique technique) {
    const auto audio = sing(held(55, -3, 1), technique, tenor(), Vowel::a, kRate, 4);
    return band_db(audio, 2300, 3300) - band_db(audio, 100, 2300);
  };
  const double belt = part(Technique::belt), straight = part(Technique::straight),
               breathy = part(Technique::breathy);
  if (std::getenv("CONTINUO_SHOW")) {
    std::printf("2.3-3.3 kHz against below: belt %.1f, straight %.1f, breathy %.1f dB\n", belt, straight,
                breathy);
  }
  CHECK(belt > straight + 5);
  CHECK(straight > breathy + 2);
}

TEST_CASE("a louder voice is brighter, not only louder") {
  const auto part = [](double db) {
    const auto audio = sing(held(50, db, 1), Technique::straight, tenor(), Vowel::a, kRate, 4);
    return band_db(audio, 2000, 5000) - band_db(audio, 100, 1000);
  };
  CHECK(part(-4) > part(-20) + 2.5);
}

TEST_CASE("the seed decides the song") {
  Random a(5, "x"), b(5, "x"), c(6, "x");
  const Gesture one = compose_singing(Technique::vibrato, tenor(), 3, a);
  const Gesture same = compose_singing(Technique::vibrato, tenor(), 3, b);
  const Gesture other = compose_singing(Technique::vibrato, tenor(), 3, c);
  CHECK(one.midi == same.midi);
  CHECK(one.midi != other.midi);
  CHECK(sing(one, Technique::vibrato, tenor(), Vowel::e, kRate, 1) ==
        sing(same, Technique::vibrato, tenor(), Vowel::e, kRate, 1));
}

TEST_CASE("nothing clips and nothing is lost at any voice, vowel and technique") {
  for (const Technique technique : kTechniques) {
    for (const SingerVoice& voice : singer_voices()) {
      for (const Vowel vowel : kVowels) {
        const double db = technique == Technique::belt ? 0 : -4;
        const auto audio = sing(held(technique == Technique::fry ? 34 : voice.high - 3, db, 0.3), technique,
                                voice, vowel, kRate, 1);
        float peak = 0;
        for (const float v : audio) peak = std::max(peak, std::abs(v));
        INFO(name_of(technique) << " " << name_of(vowel) << " " << voice.name);
        CHECK(peak < 1);
        CHECK(peak > 0.02);
      }
    }
  }
}

TEST_CASE("no technique clips, none is lost, and they are as loud beside each other as they are in life") {
  std::map<Technique, double> loudest_db;
  for (const Technique technique : kTechniques) {
    double loudest = 0, softest = 1;
    for (const SingerVoice& voice : singer_voices()) {
      for (const Vowel vowel : kVowels) {
        Random random(9, name_of(technique) + voice.name + name_of(vowel));
        float peak = 0;
        for (const float x :
             sing(compose_singing(technique, voice, 2, random), technique, voice, vowel, kRate, 9))
          peak = std::max(peak, std::abs(x));
        loudest = std::max<double>(loudest, peak);
        softest = std::min<double>(softest, peak);
      }
    }
    INFO(name_of(technique) << ": peaks of " << softest << " to " << loudest);
    CHECK(loudest < 0.9);
    CHECK(softest > 0.02);
    loudest_db[technique] = 20 * std::log10(loudest);
  }
  CHECK(loudest_db[Technique::belt] > loudest_db[Technique::straight] + 3);
  CHECK(loudest_db[Technique::fry] < loudest_db[Technique::straight]);
  CHECK(loudest_db[Technique::belt] < loudest_db[Technique::fry] + 24);
}
