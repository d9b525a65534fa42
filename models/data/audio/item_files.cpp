// The files of one item.
#include "models/data/audio/item_files.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "models/data/audio/a_weighting.h"
#include "models/io/safetensors.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

void write_flac(const fs::path& file, std::span<const float> audio, int sample_rate) {
  std::vector<int> whole(audio.size());
  for (std::size_t i = 0; i < audio.size(); ++i)
    whole[i] = static_cast<int>(std::lround(std::clamp(audio[i], -1.f, 1.f) * 8388607.0)) * 256;
  const fs::path part = file.string() + ".part";
  SF_INFO info = {};
  info.samplerate = sample_rate;
  info.channels = 1;
  info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> handle(sf_open(part.c_str(), SFM_WRITE, &info), sf_close);
  if (!handle) throw std::runtime_error(part.string() + ": can't be written: " + sf_strerror(nullptr));
  const auto frames = static_cast<sf_count_t>(whole.size());
  const bool written = sf_writef_int(handle.get(), whole.data(), frames) == frames;
  if (sf_close(handle.release()) != 0 || !written)
    throw std::runtime_error(part.string() + ": can't be written; is the disk full?");
  fs::rename(part, file);
}

fs::path audio_file(const fs::path& items, const std::string& id) {
  return items / (id + ".flac");
}
fs::path tracks_file(const fs::path& items, const std::string& id) {
  return items / (id + ".tracks.safetensors");
}

}  // namespace

ItemTracks measure_tracks(std::span<const float> audio, const FeatureSpec& spec, const Features& features) {
  ItemTracks tracks;
  const std::size_t frames = features.frames();
  for (std::size_t j = 0; j < frames; ++j) {
    tracks.f0_hz.push_back(features.voiced[j] ? midi_to_hz(features.midi[j]) : 0.f);
    tracks.confidence.push_back(1 - features.aperiodicity[j]);
  }
  tracks.db = features.db;
  std::vector<float> weighted(audio.begin(), audio.end());
  AWeighting(spec.pitch.sample_rate).process(weighted);
  dsp::PowerFollower follower;
  follower.prepare(spec.power);
  weighted.resize(weighted.size() + static_cast<std::size_t>(follower.latency_samples() + spec.power.hop),
                  0.f);
  tracks.loudness.resize(weighted.size() / static_cast<std::size_t>(spec.power.hop) + 2);
  follower.process(weighted, tracks.loudness);
  tracks.loudness.resize(frames);
  return tracks;
}

void write_item(const fs::path& items, const std::string& id, std::span<const float> audio,
                const ItemTracks& tracks, int sample_rate, int hop) {
  io::SafetensorsWriter writer;
  writer.set_metadata("hop", std::to_string(hop));
  writer.set_metadata("sample_rate", std::to_string(sample_rate));
  const auto add = [&](const char* name, const std::vector<float>& values) {
    writer.add_f32(name, {static_cast<std::int64_t>(values.size())}, values);
  };
  add("f0_hz", tracks.f0_hz);
  add("confidence", tracks.confidence);
  add("db", tracks.db);
  add("loudness", tracks.loudness);
  writer.write(tracks_file(items, id).string());
  write_flac(audio_file(items, id), audio, sample_rate);
}

bool has_item(const fs::path& items, const std::string& id) {
  return fs::exists(audio_file(items, id)) && fs::exists(tracks_file(items, id));
}

}  // namespace continuo::data
