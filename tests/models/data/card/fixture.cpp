// Small data sets of both kinds.
#include "tests/models/data/card/fixture.h"

#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/data/set.h"
#include "models/io/safetensors.h"

namespace continuo::data {

namespace {

constexpr int kRate = 16000, kHop = 160, kFrames = 101;

std::string two_digits(int n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

void write_flac(const std::filesystem::path& file, const std::vector<float>& samples) {
  SF_INFO info{};
  info.samplerate = kRate;
  info.channels = 1;
  info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
  SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
  if (!out) throw std::runtime_error(file.string() + ": can't be written");
  sf_writef_float(out, samples.data(), static_cast<sf_count_t>(samples.size()));
  sf_close(out);
}

// A second of a tone: a saw of eight harmonics, fading in and out, with its tracks.
void write_tone(const std::filesystem::path& folder, const std::string& id, double midi, double db) {
  const double hz = 440 * std::exp2((midi - 69) / 12);
  std::vector<float> f0(kFrames), confidence(kFrames), level(kFrames);
  for (std::size_t j = 0; j < kFrames; ++j) {
    const double edge = std::min<double>(static_cast<double>(j), kFrames - 1 - static_cast<double>(j)) / 10;
    f0[j] = static_cast<float>(hz * std::exp2(0.2 / 12 * std::sin(0.35 * static_cast<double>(j))));
    confidence[j] = edge < 0.3 ? 0.3f : 0.97f;
    level[j] = static_cast<float>(std::max(-80.0, db - 40 * std::max(0.0, 1 - edge)));
  }
  io::SafetensorsWriter tracks;
  tracks.set_metadata("hop", std::to_string(kHop));
  tracks.set_metadata("sample_rate", std::to_string(kRate));
  tracks.add_f32("f0_hz", {kFrames}, f0);
  tracks.add_f32("confidence", {kFrames}, confidence);
  tracks.add_f32("db", {kFrames}, level);
  tracks.add_f32("loudness", {kFrames}, level);
  tracks.write((folder / "items" / (id + ".tracks.safetensors")).string());

  std::vector<float> samples(kRate);
  double phase = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const double frame = static_cast<double>(n) / kHop;
    const auto j = static_cast<std::size_t>(frame);
    phase += f0[j] / kRate;
    double sum = 0;
    for (int k = 1; k <= 8 && k * hz < kRate / 2; ++k) sum += std::sin(2 * M_PI * k * phase) / k;
    samples[n] = static_cast<float>(sum * std::pow(10.0, level[j] / 20));
  }
  write_flac(folder / "items" / (id + ".flac"), samples);
}

}  // namespace

void write_audio_fixture(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "items");
  Set set;
  set.kind = "audio";
  set.use = "ddsp";
  set.settings = {{"sample_rate", kRate}, {"hop", kHop}, {"trim_db", -50}};
  set.sources = {{"oboe & friends", "/recordings/oboe", "CC BY 4.0", "A. Player, \"Long tones\" <2019>"},
                 {"attic", "/recordings/attic", "", ""}};
  constexpr int kScale[] = {48, 50, 52, 53, 55, 57, 59, 60};
  for (int i = 0; i < 40; ++i) {
    Item item;
    const bool odd = i == 39;
    item.id = odd ? "odd" : "tone-" + two_digits(i);
    item.source = i < 30 ? "oboe & friends" : "attic";
    item.group = i < 30 ? "take " + std::to_string(i / 10 + 1) : "attic take";
    item.file = item.group + ".wav";
    item.begin_s = i % 10 * 1.5;
    item.end_s = item.begin_s + 1;
    item.split = i < 20 || i >= 30 ? "train" : "test";
    item.label = i % 4 == 0 ? "staccato" : "straight";
    const double midi = odd ? 84 : kScale[i % 8], db = odd ? -12 : -38 + 7 * (i % 5);
    item.features = {{"pitch_median_midi", midi},
                     {"level_median_db", db},
                     {"vibrato_depth", 0.2 + 0.01 * (i % 3)},
                     {"length_s", 1}};
    if (i == 4 || i == 12) {
      item.kept = i == 12;
      item.faults.push_back({"voices", i == 4 ? 0.31 : 0.14, 0.1,
                             "more than one voice: " + std::string(i == 4 ? "31" : "14") +
                                 " % of the power lies between the harmonics"});
    }
    write_tone(folder, item.id, midi, db);
    set.items.push_back(item);
  }
  set.skipped = {{"oboe/broken \xe9.wav", "is not audio: the header ends after 12 bytes"}};
  write_set(folder, set);
}

void write_midi_fixture(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  Set set;
  set.kind = "midi";
  set.use = "musicrnn";
  set.settings = {{"transpose", nlohmann::json::array({-5, 6})}, {"steps_per_quarter", 4}};
  set.sources = {{"session tunes", "/music/tunes", "public domain", "collected by F. O'Neill, 1903"}};
  std::string melodies;
  for (int i = 0; i < 24; ++i) {
    const int tune = i == 20 ? 3 : i;  // 20 is tune 3 again
    const int up = i == 20 ? 7 : 0;
    const bool jig = tune % 3 == 0;
    const int bar = jig ? 12 : 16, key = tune % 2 ? 7 : 2;
    nlohmann::json notes = nlohmann::json::array();
    std::vector<int> pitches(128, 0), velocities(128, 0), per_bar(8, 0);
    int walk = 0;
    std::minstd_rand chance(static_cast<unsigned>(100 + tune));
    for (int step = 0; step < 8 * bar;) {
      constexpr int kDegrees[] = {0, 2, 4, 5, 7, 9, 11};
      walk = (walk + static_cast<int>(chance() % 5) + 12) % 14;
      const int pitch = 60 + key + up + kDegrees[walk % 7] + 12 * (walk / 7);
      const int length = (step + tune) % 3 == 0 ? 4 : 2, velocity = 70 + 8 * (step % bar == 0) + tune % 5;
      notes.push_back({pitch, step, step + length, velocity, (step * 3 + tune) % 7 - 3});
      ++pitches[static_cast<std::size_t>(pitch)];
      ++velocities[static_cast<std::size_t>(velocity)];
      ++per_bar[static_cast<std::size_t>(step / bar)];
      step += length;
    }
    Item item;
    item.id = "tune-" + two_digits(i);
    item.source = "session tunes";
    item.file = item.group = "tune " + two_digits(i) + ".mid";
    item.split = i < 18 ? "train" : i < 20 ? "valid" : "test";
    const double tempo = 90 + 3 * (tune % 9), count = static_cast<double>(notes.size());
    item.features = {{"notes_per_bar", count / 8}, {"tempo_bpm", i == 23 ? 260 : tempo}, {"notes", count}};
    item.details = {{"pitch_histogram", pitches},
                    {"velocity_histogram", velocities},
                    {"events", {{"note on", count}, {"program change", 1}, {"tempo", 1}}},
                    {"key", key == 7 ? "G" : "D"},
                    {"metre", {jig ? 6 : 4, jig ? 8 : 4}},
                    {"tempo_bpm", i == 23 ? 260 : tempo},
                    {"bars", 8},
                    {"notes_per_bar", per_bar}};
    set.items.push_back(item);
    const nlohmann::json example = {
        {"item", item.id},
        {"split", item.split},
        {"start_step", 0},
        {"steps", 8 * bar},
        {"metre", item.details["metre"]},
        {"steps_per_quarter", 4},
        {"tempo_bpm", tempo},
        {"transpose", 0},
        {"key", item.details["key"]},
        {"tracks", nlohmann::json::array({{{"role", "melody"}, {"program", 73}, {"notes", notes}}})}};
    melodies += example.dump() + "\n";
  }
  write_file(folder / "melodies.jsonl", melodies);
  set.skipped = {{"empty.mid", "holds no notes"}};
  write_set(folder, set);
}

}  // namespace continuo::data
