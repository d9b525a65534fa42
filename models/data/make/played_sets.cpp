// Sets that are played from gestures: the technique singer, and the SoundFont's instruments.
#include <cmath>
#include <cstdio>
#include <map>

#include "models/data/make/phrases.h"
#include "models/data/make/singer.h"
#include "models/data/make/soundfont.h"
#include "models/data/make/sources.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr int kSampleRate = 48000;
constexpr double kSungSeconds = 5;

std::string number(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string numbered(const std::string& stem, int i) {
  char text[16];
  std::snprintf(text, sizeof text, "-%04d", i);
  return stem + text;
}

// Lowest and highest pitch, to the hundredth of a semitone.
std::vector<std::string> range_of(const Gesture& gesture) {
  float low = 0, high = 0;
  for (const float midi : gesture.midi) {
    if (midi <= 0) continue;
    low = low > 0 ? std::min(low, midi) : midi;
    high = std::max(high, midi);
  }
  return {number("%.2f", low), number("%.2f", high), number("%.3f", gesture.seconds())};
}

}  // namespace

int make_singer_set(const MakeOptions& options, const std::atomic<bool>& stop) {
  About about;
  about.title = "Continuo technique singer";
  about.what =
      "Sung notes by a glottal-source singer: eight techniques, seven vowels, six voices. Synthesised "
      "from nothing: no recording went into it.";
  about.licence = "CC0 1.0";
  about.attribution = "none needed; made by Continuo";
  about.notes =
      "truth/ holds the exact pitch and level that were sung. In fry the pitch is the rate of pulses; every "
      "other pulse is weaker and late, so the sound's period is twice as long. labels.csv: technique, vowel, "
      "voice, tract_cm, rate_hz of the first note's vibrato, trill or trillo.";
  std::vector<Job> jobs;
  double seconds = 0;
  // Every technique before any vowel repeats: a short set is balanced too. Seven vowels and six voices have
  // no common factor, so each voice comes to sing each vowel.
  for (int i = 0; seconds < options.minutes * 60; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Technique technique = kTechniques[at % kTechniques.size()];
    const Vowel vowel = kVowels[(at / kTechniques.size()) % kVowels.size()];
    const SingerVoice& voice = singer_voices()[(at / kTechniques.size()) % singer_voices().size()];
    const std::string stem = numbered(name_of(technique) + "-" + name_of(vowel) + "-" + voice.name, i);
    Random random(options.seed, stem);
    double rate_hz = 0;
    const Gesture gesture = compose_singing(technique, voice, kSungSeconds, random, &rate_hz);
    seconds += gesture.seconds();
    Job job;
    job.file = stem + ".flac";
    job.labels = {name_of(technique), name_of(vowel), voice.name, number("%.1f", voice.tract_cm),
                  number("%.2f", rate_hz)};
    for (const std::string& value : range_of(gesture)) job.labels.push_back(value);
    job.make = [=, &voice, seed = options.seed + at](const fs::path& file) {
      write_truth(file, gesture);
      write_flac(file, sing(gesture, technique, voice, vowel, kSampleRate, seed), kSampleRate);
    };
    jobs.push_back(std::move(job));
  }
  return make_files(
      options, about,
      {"technique", "vowel", "voice", "tract_cm", "rate_hz", "low_midi", "high_midi", "seconds"}, jobs, stop);
}

int make_instrument_set(const MakeOptions& options, const std::atomic<bool>& stop) {
  const Instrument& instrument = instrument_named(options.name);
  require(soundfont_needs(), options.install, "data make " + options.name);
  About about;
  about.title = "MuseScore General SoundFont, " + options.name + " (bank 17, \"Expr.\")";
  about.what =
      "Phrases composed by rule and played through FluidSynth with vibrato and glides (pitch bend), "
      "dynamics (CC2 and velocity), legato, tenuto, staccato and rests; no reverb, no chorus.";
  about.licence = "MIT";
  about.attribution =
      "MuseScore_General SoundFont, S. Christian Collins and others, after Fluid (R3) GM, Frank Wen, and "
      "Fluid Mono, Michael Cowgill; Debian package musescore-general-soundfont-small";
  about.notes =
      "truth/ holds the pitch that was sent; the samples' own detuning and vibrato (a few cents) come on "
      "top of it, and a note rings for up to 0.3 s after its end.";
  std::vector<Job> jobs;
  double seconds = 0;
  for (int i = 0; seconds < options.minutes * 60; ++i) {
    const std::string stem = numbered(options.name, i);
    Random random(options.seed, stem);
    Gesture gesture;
    add_rest(gesture, 0.1);
    // A few phrases a file: starting FluidSynth costs more than playing.
    while (gesture.seconds() < 15) add_phrase(gesture, phrase_style(instrument), random);
    seconds += gesture.seconds();
    Job job;
    job.file = stem + ".flac";
    job.labels = {options.name, instrument.family};
    for (const std::string& value : range_of(gesture)) job.labels.push_back(value);
    job.make = [gesture, &instrument](const fs::path& file) {
      write_truth(file, gesture);
      write_flac(file, play_soundfont(gesture, instrument, kSampleRate), kSampleRate);
    };
    jobs.push_back(std::move(job));
  }
  return make_files(options, about, {"instrument", "family", "low_midi", "high_midi", "seconds"}, jobs, stop);
}

}  // namespace continuo::make
