// MIDI items made audible in a browser.
#include "models/data/card/listen.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <stdexcept>

namespace continuo::data {

namespace {

constexpr int kRate = 22050;
constexpr double kLongest_s = 20, kTail_s = 0.3;

// A struck string: six harmonics, the higher ones shorter, damped at the note's end.
void add_note(std::vector<float>& sound, double midi, double begin_s, double end_s, double gain) {
  const double hz = 440 * std::exp2((midi - 69) / 12);
  const auto begin = static_cast<std::size_t>(begin_s * kRate);
  const auto end = std::min(sound.size(), static_cast<std::size_t>((end_s + kTail_s) * kRate));
  for (int k = 1; k <= 6 && k * hz < 0.45 * kRate; ++k) {
    const double decay = std::exp(-(1.2 + 0.8 * k) / kRate), damp = std::exp(-18.0 / kRate);
    double level = gain / k;
    for (std::size_t n = begin; n < end; ++n) {
      const double t = static_cast<double>(n - begin) / kRate;
      const double attack = std::min(1.0, t / 0.004);
      sound[n] += static_cast<float>(attack * level * std::sin(2 * std::numbers::pi * k * hz * t));
      level *= t > end_s - begin_s ? decay * damp : decay;
    }
  }
}

// A thud below MIDI 38 (bass drums), else noise: short for closed sounds, longer for cymbals.
void add_drum(std::vector<float>& sound, int midi, double begin_s, double gain, std::minstd_rand& chance) {
  const bool thud = midi <= 36, cymbal = midi == 46 || midi == 49 || midi == 51 || midi >= 55;
  const double length = thud ? 0.12 : cymbal ? 0.3 : midi == 42 || midi == 44 ? 0.03 : 0.09;
  const auto begin = static_cast<std::size_t>(begin_s * kRate);
  const auto end = std::min(sound.size(), begin + static_cast<std::size_t>(4 * length * kRate));
  double before = 0;
  for (std::size_t n = begin; n < end; ++n) {
    const double t = static_cast<double>(n - begin) / kRate, level = gain * std::exp(-t / length);
    const double noise = static_cast<double>(chance()) / std::minstd_rand::max() * 2 - 1;
    const double bright = (noise - before) / 2;
    before = noise;
    sound[n] += static_cast<float>(
        level * (thud ? std::sin(2 * std::numbers::pi * (50 * t - 2 * std::exp(-t * 40))) : bright));
  }
}

void write_flac(const std::filesystem::path& file, const std::vector<float>& samples) {
  SF_INFO info{};
  info.samplerate = kRate;
  info.channels = 1;
  info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
  if (!out) throw std::runtime_error(file.string() + ": can't be written");
  const auto count = static_cast<sf_count_t>(samples.size());
  const bool whole = sf_writef_float(out, samples.data(), count) == count;
  if (sf_close(out) != 0 || !whole) throw std::runtime_error(file.string() + ": can't be written");
}

}  // namespace

std::vector<float> play_roll(const Facts& roll, double step_s) {
  double first = 1e9, last = 0;
  for (const Facts& note : roll) {
    first = std::min(first, note[1].get<double>());
    last = std::max(last, note[2].get<double>());
  }
  const double length = std::min(kLongest_s, std::max(0.0, last - first) * step_s + kTail_s);
  std::vector<float> sound(static_cast<std::size_t>(length * kRate), 0.f);
  std::minstd_rand chance(1);
  for (const Facts& note : roll) {
    const double begin = (note[1].get<double>() - first) * step_s,
                 end = (note[2].get<double>() - first) * step_s;
    if (begin >= length) continue;
    const double gain = std::pow(std::clamp(note[4].get<double>(), 1.0, 127.0) / 127, 1.5);
    if (note[3] == "drums") {
      add_drum(sound, note[0], begin, gain, chance);
    } else {
      add_note(sound, note[0], begin, end, 0.5 * gain);
    }
  }
  float peak = 1e-6f;
  for (const float s : sound) peak = std::max(peak, std::abs(s));
  for (float& s : sound) s *= 0.7f / peak;
  return sound;
}

void write_listening(Facts& facts, const std::filesystem::path& folder) {
  const auto write = [&](Facts& rows) {
    for (Facts& row : rows) {
      if (!row.contains("roll")) continue;
      const std::string name = "listen/" + row["id"].get<std::string>() + ".flac";
      std::filesystem::create_directories(folder / "listen");
      write_flac(folder / name, play_roll(row["roll"], row.value("step_s", 0.125)));
      row["listen"] = name;
    }
  };
  write(facts["unusual"]);
  write(facts["typical"]);
  for (Facts& measure : facts["cleanness"]["measures"]) write(measure["examples"]);
}

}  // namespace continuo::data
