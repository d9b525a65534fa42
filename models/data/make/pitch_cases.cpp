#include "models/data/make/pitch_cases.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "models/data/make/random.h"

namespace continuo::make {
namespace {

constexpr double kMargin_s = 0.025;
constexpr int kAmplitudeStep = 64;  // samples between evaluations of the harmonics' amplitudes
constexpr int kMostHarmonics = 120;

// Amplitude of harmonic k (from 1) of a tone at f0.
using Timbre = double (*)(int k, double f0_hz);

double sine(int k, double) {
  return k == 1 ? 1 : 0;
}
double saw(int k, double) {
  return 1.0 / k;
}
double odd(int k, double) {
  return k % 2 ? 1.0 / k : 0.02 / k;
}  // a clarinet's low register
double voice(int k, double f0) {  // "a": source -12 dB/oct, four resonances
  constexpr std::array<std::array<double, 3>, 4> kFormants = {
      {{700, 110, 1}, {1220, 120, 0.6}, {2600, 160, 0.35}, {3300, 220, 0.2}}};
  const double f = k * f0;
  double gain = 0.02;
  for (const auto& [centre, width, level] : kFormants) {
    const double x = (f - centre) / width;
    gain += level / std::sqrt(1 + x * x);
  }
  return gain / std::sqrt(static_cast<double>(k));
}
double weak(int k, double) {
  return (k == 1 ? 0.1 : 1.0) / k;
}
double faint(int k, double) {
  return (k == 1 ? 0.01 : 1.0) / k;
}
double missing(int k, double) {
  return k == 1 ? 0 : 1.0 / k;
}

struct Voice {
  const char* name;
  Timbre timbre;
  double low, high;  // MIDI
};
constexpr std::array<Voice, 4> kVoices = {
    {{"sine", sine, 40, 91}, {"saw", saw, 36, 91}, {"odd harmonics", odd, 50, 88}, {"voice", voice, 40, 81}}};
constexpr std::array<Voice, 3> kWeak = {{{"fundamental -20 dB", weak, 36, 84},
                                         {"fundamental -40 dB", faint, 36, 84},
                                         {"no fundamental", missing, 36, 84}}};

std::vector<float> play(const Gesture& gesture, Timbre timbre, int sample_rate, Random& random) {
  const auto samples = static_cast<std::size_t>(gesture.seconds() * sample_rate);
  std::vector<float> audio(samples, 0);
  std::array<std::complex<double>, kMostHarmonics> start;
  for (auto& s : start) s = std::polar(1.0, 2 * M_PI * random.uniform());
  std::array<double, kMostHarmonics> now{}, step{};
  double phase = 0, last_hz = 0;
  int used = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / sample_rate, hz = f0_at(gesture, t);
    const bool fresh = hz > 0 && (last_hz == 0 || std::abs(std::log2(hz / last_hz)) > 0.02);
    last_hz = hz;
    if (hz == 0) continue;
    if (fresh || i % kAmplitudeStep == 0) {
      double ahead = f0_at(gesture, t + static_cast<double>(kAmplitudeStep) / sample_rate);
      if (ahead == 0 || fresh || std::abs(std::log2(ahead / hz)) > 0.1) ahead = hz;
      const double top = 0.45 * sample_rate;
      used = std::min(kMostHarmonics, static_cast<int>(top / std::min(hz, ahead)));
      for (int k = 0; k < used; ++k) {
        // The highest harmonics fade instead of being cut.
        const auto level = [&](double f0) {
          return timbre(k + 1, f0) * std::clamp((top - (k + 1) * f0) / (0.05 * sample_rate), 0.0, 1.0);
        };
        const auto at = static_cast<std::size_t>(k);
        const double target = level(ahead);
        if (fresh) now[at] = level(hz);
        step[at] = (target - now[at]) / kAmplitudeStep;
      }
    }
    const std::complex<double> turn = std::polar(1.0, phase);
    std::complex<double> z = turn;
    double sum = 0;
    for (int k = 0; k < used; ++k, z *= turn) {
      const auto at = static_cast<std::size_t>(k);
      sum += now[at] * (z.real() * start[at].imag() + z.imag() * start[at].real());
      now[at] += step[at];
    }
    audio[i] = static_cast<float>(sum * std::pow(10, db_at(gesture, t) / 20));
    phase = std::remainder(phase + 2 * M_PI * hz / sample_rate, 2 * M_PI);
  }
  float peak = 1e-9f;
  for (const float v : audio) peak = std::max(peak, std::abs(v));
  for (float& v : audio) v *= 0.5f / peak;
  return audio;
}

// Notes spread over the whole range, low and high in turn, none on the tempered grid.
double pick(const Voice& voice, int i, int notes, Random& random) {
  const double slot = (voice.high - voice.low) / notes;
  const int at = i % 2 ? notes - 1 - i / 2 : i / 2;
  return voice.low + slot * (at + random.uniform());
}

Gesture tones(const Voice& voice, int notes, Random& random) {
  Gesture gesture;
  add_rest(gesture, 0.15);
  for (int i = 0; i < notes; ++i) {
    NoteShape note;
    note.midi = note.to_midi = pick(voice, i, notes, random);
    note.db = note.to_db = random.uniform(-10, -3);
    note.seconds = random.uniform(0.3, 0.5);
    add_note(gesture, note);
    if (i % 3 != 2) add_rest(gesture, 0.08);  // every third note is tied to the next
  }
  add_rest(gesture, 0.15);
  return gesture;
}

Gesture vibrato(const Voice& voice, int notes, Random& random) {
  Gesture gesture;
  add_rest(gesture, 0.15);
  for (int i = 0; i < notes; ++i) {
    NoteShape note;
    note.midi = note.to_midi = pick(voice, i, notes, random);
    note.db = random.uniform(-12, -3);
    note.to_db = random.uniform(-12, -3);
    note.seconds = random.uniform(0.8, 1.2);
    note.vibrato_hz = random.uniform(4.5, 7);
    note.vibrato_cents = random.uniform(25, 110);
    note.vibrato_delay = random.uniform(0, 0.2);
    note.scoop_cents = random.chance(0.5) ? random.uniform(-150, 50) : 0;
    add_note(gesture, note);
    add_rest(gesture, 0.08);
  }
  return gesture;
}

Gesture glides(const Voice& voice, int notes, Random& random) {
  Gesture gesture;
  add_rest(gesture, 0.15);
  for (int i = 0; i < notes; ++i) {
    NoteShape note;
    note.midi = pick(voice, i, notes, random);
    const double far = random.uniform(2, 12) * (random.chance(0.5) ? 1 : -1);
    note.to_midi = std::clamp(note.midi + far, voice.low, voice.high);
    note.db = random.uniform(-10, -3);
    note.to_db = random.uniform(-10, -3);
    note.seconds = random.uniform(0.6, 1.5);
    add_note(gesture, note);
    add_rest(gesture, 0.08);
  }
  return gesture;
}

PitchCase make_case(std::string group, const Voice& voice, const Gesture& gesture, int sample_rate, int hop,
                    Random& random) {
  PitchCase out;
  out.name = std::string(voice.name) + ", " + group;
  out.group = std::move(group);
  out.sample_rate = sample_rate;
  out.hop = hop;
  out.audio = play(gesture, voice.timbre, sample_rate, random);
  set_truth(out, gesture);
  return out;
}

}  // namespace

void set_truth(PitchCase& sound, const Gesture& gesture) {
  const std::vector<char> settled = settled_points(gesture, kMargin_s);
  const std::size_t frames = sound.audio.size() / static_cast<std::size_t>(sound.hop) + 1;
  sound.f0_hz.assign(frames, 0);
  sound.scored.assign(frames, 0);
  for (std::size_t j = 0; j < frames; ++j) {
    const double t = static_cast<double>(j) * sound.hop / sound.sample_rate;
    sound.f0_hz[j] = static_cast<float>(f0_at(gesture, t));
    const auto point = static_cast<std::size_t>(t * kGestureRate);
    sound.scored[j] = point < settled.size() && settled[point] && sound.f0_hz[j] > 0;
  }
}

std::vector<PitchCase> synthetic_pitch_cases(int sample_rate, int hop, std::uint64_t seed) {
  std::vector<PitchCase> cases;
  for (const Voice& voice : kVoices) {
    Random random(seed, voice.name);
    cases.push_back(make_case("tones", voice, tones(voice, 15, random), sample_rate, hop, random));
    cases.push_back(make_case("vibrato", voice, vibrato(voice, 6, random), sample_rate, hop, random));
    cases.push_back(make_case("glides", voice, glides(voice, 5, random), sample_rate, hop, random));
  }
  for (const Voice& voice : kWeak) {
    Random random(seed, voice.name);
    Gesture gesture = tones(voice, 6, random);
    const Gesture more = vibrato(voice, 4, random);
    gesture.midi.insert(gesture.midi.end(), more.midi.begin(), more.midi.end());
    gesture.db.insert(gesture.db.end(), more.db.begin(), more.db.end());
    cases.push_back(make_case("weak fundamental", voice, gesture, sample_rate, hop, random));
  }
  return cases;
}

std::vector<float> with_noise(const PitchCase& sound, double snr_db, std::uint64_t seed) {
  const auto hop = static_cast<std::size_t>(sound.hop);
  double power = 0;
  std::size_t count = 0;
  for (std::size_t j = 0; j < sound.scored.size(); ++j) {
    if (!sound.scored[j]) continue;
    const std::size_t from = j * hop, to = std::min(sound.audio.size(), from + hop);
    for (std::size_t i = from; i < to; ++i) power += static_cast<double>(sound.audio[i]) * sound.audio[i];
    count += to - from;
  }
  const double gain = count ? std::sqrt(power / static_cast<double>(count)) * std::pow(10, -snr_db / 20) : 0;
  Random random(seed, sound.name);
  std::vector<float> noisy = sound.audio;
  for (float& v : noisy) v += static_cast<float>(gain * random.normal());
  return noisy;
}

}  // namespace continuo::make
