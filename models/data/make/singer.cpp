#include "models/data/make/singer.h"

#include <algorithm>
#include <cmath>

#include "models/data/audio_file.h"

namespace continuo::make {
namespace {

constexpr int kOver = 2;             // oversampling
constexpr double kOutputGain = 0.1;  // a loud belt stays below full scale
constexpr std::array<SingerVoice, 6> kVoices = {{{"bass", 19, 40, 60},
                                                 {"tenor", 17.5, 48, 67},
                                                 {"alto", 15.6, 53, 72},
                                                 {"soprano", 14.6, 60, 79},
                                                 {"baritone", 18.2, 44, 64},
                                                 {"mezzo", 15.1, 57, 75}}};

double smooth(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

// Nobody holds a pitch exactly: a slow drift of a few cents. It is part of the gesture, so of the truth.
void add_drift(Gesture& gesture, double cents, Random& random) {
  double slow = 0;
  for (std::size_t i = 0; i < gesture.points(); ++i) {
    slow += 0.012 * (random.normal() * 6 - slow);  // about 2 Hz wide
    if (gesture.midi[i] > 0) gesture.midi[i] += static_cast<float>(0.01 * cents * slow);
  }
}

// Square-ish movement between 0 and 1 with corners of 25 ms, `rate_hz` times a second.
double trill_wave(double t, double rate_hz) {
  const double period = 1 / rate_hz, x = t - period * std::floor(t / period), corner = 0.025;
  if (x < period / 2) return smooth(x / corner);
  return 1 - smooth((x - period / 2) / corner);
}

}  // namespace

std::string name_of(Technique technique) {
  constexpr std::array<const char*, 8> kNames = {"straight", "vibrato",   "breathy", "belt",
                                                 "trill",    "glissando", "fry",     "trillo"};
  return kNames[static_cast<std::size_t>(technique)];
}

std::span<const SingerVoice> singer_voices() {
  return kVoices;
}

Phonation phonation_of(Technique technique, double db) {
  Phonation phonation;
  phonation.rd = std::clamp(0.8 - 0.06 * (db + 6), 0.5, 1.7);
  phonation.aspiration_db = -34 - 0.2 * (db + 12);
  switch (technique) {
    case Technique::breathy:
      phonation.rd = std::clamp(2.3 - 0.02 * (db + 6), 1.9, 2.7);
      phonation.aspiration_db = -7;
      phonation.jitter = 0.004;
      phonation.shimmer_db = 0.25;
      break;
    case Technique::belt:
      phonation.rd = 0.45;
      phonation.aspiration_db = -42;
      break;
    case Technique::fry:
      phonation.rd = 0.6;
      phonation.aspiration_db = -30;
      phonation.jitter = 0.02;
      phonation.shimmer_db = 0.8;
      phonation.doubling = 1;
      break;
    case Technique::trillo:
      phonation.aspiration_db = -26;
      break;
    default:
      break;
  }
  return phonation;
}

Gesture compose_singing(Technique technique, const SingerVoice& voice, double seconds, Random& random,
                        double* rate_hz) {
  Gesture gesture;
  double first_rate = 0;
  add_rest(gesture, 0.1);
  const int notes = 3 + random.below(4);
  const double each = std::max(0.5, (seconds - 0.2) / notes);
  const bool fry = technique == Technique::fry;
  const double low = fry ? 31.5 : technique == Technique::belt ? voice.low + 7 : voice.low;
  const double high = fry ? 36.8 : voice.high - 2;
  double midi = random.uniform(low, high);
  for (int i = 0; i < notes; ++i) {
    NoteShape note;
    note.seconds = std::max(0.4, each * random.uniform(0.8, 1.2) - 0.08);
    note.midi = note.to_midi = fry ? midi : std::round(midi);
    note.db = random.uniform(-16, -5);
    note.to_db = std::clamp(note.db + random.uniform(-5, 5), -16.0, -4.0);
    note.attack = 0.05;
    note.release = 0.08;
    if (!fry) note.scoop_cents = random.uniform(-60, 10);
    if (technique == Technique::belt) {
      note.db = random.uniform(-4, 0);
      note.to_db = note.db;
      note.attack = 0.03;
    }
    if (technique == Technique::breathy) {
      note.db -= 4;
      note.to_db -= 4;
      note.attack = 0.12;
    }
    double rate = 0;
    if (technique == Technique::vibrato) {
      rate = note.vibrato_hz = random.uniform(4.8, 6.4);
      note.vibrato_cents = random.uniform(50, 80);
      note.vibrato_delay = random.uniform(0, 0.2);
    }
    if (technique == Technique::glissando) {
      const double way = random.uniform(4, 12) * (random.chance(0.5) ? 1 : -1);
      note.to_midi = std::clamp(note.midi + way, voice.low, voice.high);
      if (std::abs(note.to_midi - note.midi) < 4) {
        note.to_midi = std::clamp(note.midi - way, voice.low, voice.high);
      }
      note.seconds = std::max(0.8, note.seconds);
    }
    const std::size_t begin = gesture.points();
    add_note(gesture, note);
    if (technique == Technique::trill) {
      rate = random.uniform(5.5, 6.5);
      const double step = 1 + random.below(2);
      for (std::size_t j = begin; j < gesture.points(); ++j) {
        const double t = static_cast<double>(j - begin) / kGestureRate;
        gesture.midi[j] += static_cast<float>(step * trill_wave(t, rate));
      }
    }
    if (technique == Technique::trillo) {
      rate = random.uniform(6, 8);
      for (std::size_t j = begin; j < gesture.points(); ++j) {
        const double t = static_cast<double>(j - begin) / kGestureRate;
        // Down by 18 dB between beats: the cords part, the pitch stays.
        gesture.db[j] -= static_cast<float>(9 * (1 - std::cos(2 * M_PI * rate * t)));
      }
    }
    if (first_rate == 0) first_rate = rate;
    if (random.chance(0.6)) add_rest(gesture, random.uniform(0.06, 0.15));
    const double step = fry ? random.uniform(-3, 3) : random.below(9) - 4;
    midi = midi + step < low || midi + step > high ? midi - step : midi + step;
    midi = std::clamp(midi, low, high);
  }
  add_rest(gesture, 0.1);
  add_drift(gesture, fry ? 20 : 5, random);
  if (rate_hz) *rate_hz = first_rate;
  return gesture;
}

std::vector<float> sing(const Gesture& gesture, Technique technique, const SingerVoice& voice, Vowel vowel,
                        int sample_rate, std::uint64_t seed) {
  const int rate = kOver * sample_rate;
  Random random(seed, voice.name + name_of(technique) + name_of(vowel));
  Glottis glottis(rate, random);
  Tract tract;
  double ring_db = 3, tilt_db = 0;
  if (technique == Technique::belt) ring_db = 10, tilt_db = 2;
  if (technique == Technique::breathy) ring_db = 0, tilt_db = -6;
  tract.prepare(rate, voice.tract_cm, ring_db, tilt_db);

  const auto samples = static_cast<std::size_t>(gesture.seconds() * rate);
  const int step = rate / kGestureRate;
  std::vector<float> audio(samples, 0);
  Phonation phonation;
  double hz = 0, gain = 0, target = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / rate;
    const double wanted = f0_at(gesture, t);
    if (wanted > 0) hz = wanted;
    if (i % static_cast<std::size_t>(step) == 0) {
      const double db = db_at(gesture, t);
      target = db > kSilence ? std::pow(10, db / 20) : 0;
      phonation = phonation_of(technique, std::max(db, -40.0));
      tract.shape(formants_of(vowel, voice.tract_cm, hz));
    }
    gain += (target - gain) * 1000.0 / rate;  // 1 ms: no steps
    const double source = hz > 0 ? glottis.tick(hz, gain, phonation) : 0;
    audio[i] = static_cast<float>(kOutputGain * tract.tick(source));
  }
  std::vector<float> out = data::resample(audio, rate, sample_rate);
  out.resize(samples / kOver, 0);
  return out;
}

}  // namespace continuo::make
