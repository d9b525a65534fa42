#include "models/data/make/soundfont.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "models/data/audio_file.h"
#include "models/data/make/midi_file.h"
#include "models/data/scratch_folder.h"
#include "models/data/set.h"

namespace continuo::make {
namespace {

constexpr int kExpressiveBank = 17;
constexpr int kBendRange_semitones = 12;
constexpr double kNewKey_semitones = 0.3;  // as in gesture.cpp: a larger step is a new note

constexpr std::array<Instrument, 12> kInstruments = {{
    {"violin", 40, 55, 93, 30, 5.8, "strings"},
    {"viola", 41, 48, 84, 28, 5.5, "strings"},
    {"cello", 42, 36, 76, 28, 5.3, "strings"},
    {"trumpet", 56, 54, 82, 20, 5.2, "brass"},
    {"trombone", 57, 40, 70, 20, 5, "brass"},
    {"french-horn", 60, 41, 75, 12, 5, "brass"},
    {"alto-sax", 65, 49, 81, 28, 5.2, "woodwind"},
    {"tenor-sax", 66, 44, 76, 28, 5.2, "woodwind"},
    {"oboe", 68, 58, 88, 25, 5.5, "woodwind"},
    {"bassoon", 70, 38, 70, 20, 5, "woodwind"},
    {"clarinet", 71, 50, 88, 8, 5, "woodwind"},
    {"flute", 73, 60, 93, 22, 5.2, "woodwind"},
}};

std::uint8_t seven_bits(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0l, 127l));
}

// Level in dB to CC2: MuseScore General's response is about 40 dB over 127 steps, steep at the bottom.
std::uint8_t breath(double db) {
  return seven_bits(127 * std::pow(10, std::max(db, -60.0) / 40));
}

}  // namespace

std::span<const Instrument> instruments() {
  return kInstruments;
}

const Instrument& instrument_named(const std::string& name) {
  std::string names;
  for (const Instrument& instrument : kInstruments) {
    if (name == instrument.name) return instrument;
    names += std::string(names.empty() ? "" : ", ") + instrument.name;
  }
  throw std::runtime_error(name + ": no such instrument; there are " + names);
}

std::filesystem::path soundfont_file() {
  return "/usr/share/sounds/sf3/MuseScore_General_Lite.sf3";
}

std::vector<Need> soundfont_needs() {
  return {{"fluidsynth", "fluidsynth"}, {soundfont_file().string(), "musescore-general-soundfont-small"}};
}

std::string gesture_to_midi(const Gesture& gesture, const Instrument& instrument) {
  std::vector<MidiEvent> events;
  const auto send = [&](std::size_t tick, std::vector<std::uint8_t> bytes) {
    events.push_back({static_cast<long>(tick), std::move(bytes)});
  };
  events.push_back(tempo(0, 1'000'000));
  send(0, {0xb0, 0, kExpressiveBank});
  send(0, {0xc0, static_cast<std::uint8_t>(instrument.program)});
  for (const auto& [controller, value] :
       {std::array{101, 0}, {100, 0}, {6, kBendRange_semitones}, {38, 0}, {7, 110}, {11, 127}}) {
    send(0, {0xb0, static_cast<std::uint8_t>(controller), static_cast<std::uint8_t>(value)});
  }
  int key = -1, bend_sent = -1, breath_sent = -1;
  float last = 0;
  for (std::size_t i = 0; i < gesture.points(); ++i) {
    const float midi = gesture.midi[i];
    const bool edge = (midi > 0) != (last > 0) || std::abs(midi - last) > kNewKey_semitones;
    if (edge && key >= 0) {
      send(i, {0x80, static_cast<std::uint8_t>(key), 64});
      key = -1;
    }
    last = midi;
    if (midi <= 0) continue;
    // The key nearest the note's middle, so that samples are bent as little as can be.
    int next = key;
    if (edge) {
      std::size_t end = i + 1;
      while (end < gesture.points() && gesture.midi[end] > 0 &&
             std::abs(gesture.midi[end] - gesture.midi[end - 1]) <= kNewKey_semitones) {
        ++end;
      }
      next = static_cast<int>(std::lround(gesture.midi[i + (end - i) / 2]));
      const int bend = 8192 + static_cast<int>(std::lround((midi - next) * 8192 / kBendRange_semitones));
      bend_sent = std::clamp(bend, 0, 16383);
      send(i, {0xe0, static_cast<std::uint8_t>(bend_sent & 127), static_cast<std::uint8_t>(bend_sent >> 7)});
      float loudest = kSilence;
      for (std::size_t j = i; j < end; ++j) loudest = std::max(loudest, gesture.db[j]);
      breath_sent = breath(gesture.db[i]);
      send(i, {0xb0, 2, static_cast<std::uint8_t>(breath_sent)});
      // Velocity chooses the timbre of the whole note: its loudest moment.
      send(i,
           {0x90, static_cast<std::uint8_t>(next), seven_bits(std::clamp(127 + 3.2 * loudest, 20.0, 127.0))});
      key = next;
      continue;
    }
    const int bend = std::clamp(
        8192 + static_cast<int>(std::lround((midi - key) * 8192 / kBendRange_semitones)), 0, 16383);
    if (bend != bend_sent) {
      send(i, {0xe0, static_cast<std::uint8_t>(bend & 127), static_cast<std::uint8_t>(bend >> 7)});
      bend_sent = bend;
    }
    const int level = breath(gesture.db[i]);
    if (level != breath_sent) {
      send(i, {0xb0, 2, static_cast<std::uint8_t>(level)});
      breath_sent = level;
    }
  }
  if (key >= 0) send(gesture.points(), {0x80, static_cast<std::uint8_t>(key), 64});
  return midi_file(std::move(events), kGestureRate, 2 * kGestureRate);
}

std::vector<float> play_soundfont(const Gesture& gesture, const Instrument& instrument, int sample_rate,
                                  double tail_s) {
  const data::ScratchFolder scratch;
  const auto midi = scratch.path() / "phrase.mid", wav = scratch.path() / "phrase.wav";
  data::write_file(midi, gesture_to_midi(gesture, instrument));
  run_or_throw({"fluidsynth",
                "-ni",
                "-q",
                "-R",
                "0",
                "-C",
                "0",
                "-g",
                "0.8",
                "-r",
                std::to_string(sample_rate),
                "-o",
                "audio.period-size=64",
                "-o",
                "synth.dynamic-sample-loading=1",
                "-O",
                "float",
                "-T",
                "wav",
                "-F",
                wav.string(),
                soundfont_file().string(),
                midi.string()});
  std::vector<float> audio = data::read_audio(wav, sample_rate);
  audio.resize(static_cast<std::size_t>((gesture.seconds() + tail_s) * sample_rate), 0);
  return audio;
}

}  // namespace continuo::make
