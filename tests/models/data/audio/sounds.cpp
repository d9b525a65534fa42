#include "tests/models/data/audio/sounds.h"

#include <sndfile.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>

namespace continuo::data::testing {

namespace fs = std::filesystem;

Sound tone(double midi, double seconds, double level, double rate) {
  Sound out(static_cast<std::size_t>(seconds * rate));
  const double hz = 440 * std::exp2((midi - 69) / 12);
  for (std::size_t n = 0; n < out.size(); ++n) {
    const double t = static_cast<double>(n) / rate;
    const double soft = std::min({1.0, t / 0.02, (seconds - t) / 0.05});
    double x = 0;
    for (int k = 1; k <= 8 && k * hz < rate / 2; ++k) x += std::sin(2 * std::numbers::pi * k * hz * t) / k;
    out[n] = static_cast<float>(level * soft * x);
  }
  return out;
}

Sound silence(double seconds, double rate) {
  return Sound(static_cast<std::size_t>(seconds * rate), 0.f);
}

Sound joined(const std::vector<Sound>& parts) {
  Sound out;
  for (const Sound& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Sound melody(unsigned seed, double seconds, double rate) {
  std::minstd_rand chance(seed * 7919 + 1);
  Sound out;
  while (static_cast<double>(out.size()) < seconds * rate) {
    const double midi = 55 + static_cast<double>(chance() % 200) / 10;
    const double level = 0.1 + 0.02 * static_cast<double>(chance() % 10);
    const Sound note = tone(midi, 0.3 + 0.05 * static_cast<double>(chance() % 8), level, rate);
    out.insert(out.end(), note.begin(), note.end());
  }
  return out;
}

Sound scaled(Sound sound, float gain) {
  for (float& v : sound) v *= gain;
  return sound;
}

void write_sound(const fs::path& file, const Sound& sound, int rate, int channels) {
  fs::create_directories(file.parent_path());
  const std::string name = file.filename().string();
  SF_INFO info = {};
  info.samplerate = rate;
  info.channels = channels;
  info.format = name.ends_with(".float.wav") ? SF_FORMAT_WAV | SF_FORMAT_FLOAT
                : name.ends_with(".wav")     ? SF_FORMAT_WAV | SF_FORMAT_PCM_16
                : name.ends_with(".flac")    ? SF_FORMAT_FLAC | SF_FORMAT_PCM_16
                : name.ends_with(".ogg")     ? SF_FORMAT_OGG | SF_FORMAT_VORBIS
                : name.ends_with(".opus")    ? SF_FORMAT_OGG | SF_FORMAT_OPUS
                : name.ends_with(".mp3")     ? SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III
                                             : SF_FORMAT_AIFF | SF_FORMAT_PCM_16;
  SNDFILE* out = sf_open(file.c_str(), SFM_WRITE, &info);
  REQUIRE(out != nullptr);
  const auto frames = static_cast<sf_count_t>(sound.size() / static_cast<std::size_t>(channels));
  // In pieces: the Vorbis encoder of libsndfile takes no long ones.
  for (sf_count_t at = 0; at < frames; at += 4096)
    sf_writef_float(out, sound.data() + at * channels, std::min<sf_count_t>(4096, frames - at));
  sf_close(out);
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string read_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

Set made(AudioOptions options) {
  const std::atomic<bool> stop{false};
  REQUIRE(make_audio_set(options, stop) == 0);
  return read_set(options.out);
}

std::string refusal(const AudioOptions& options) {
  const std::atomic<bool> stop{false};
  try {
    make_audio_set(options, stop);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

const Skipped* skipped(const Set& set, const std::string& file) {
  for (const Skipped& s : set.skipped) {
    if (s.file.ends_with(file)) return &s;
  }
  return nullptr;
}

}  // namespace continuo::data::testing
