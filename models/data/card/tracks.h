// The control tracks of an audio item: SET/items/ID.tracks.safetensors.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace continuo::data {

// A value a frame; all have one length. Frame j is centred on sample j * hop.
struct Tracks {
  std::vector<float> f0_hz, confidence, db, loudness;
  int hop = 0, sample_rate = 0;
  double frame_s() const { return static_cast<double>(hop) / sample_rate; }
  std::size_t frames() const { return f0_hz.size(); }
  // Frames whose pitch counts: it is sure and sounds.
  bool pitched(std::size_t frame) const;
};

// Disk thread. Nothing when the item has no tracks. Throws std::runtime_error when they are broken.
std::optional<Tracks> read_tracks(const std::filesystem::path& set_folder, const std::string& id);

// Pitch (MIDI numbers, gaps filled with the nearest sure pitch) and power at another frame rate, as a model
// takes them: `frames` values, frame j at j / frame_rate_hz seconds.
struct Conditioning {
  std::vector<float> midi, db;
};
Conditioning conditioning(const Tracks& tracks, double frame_rate_hz, std::size_t frames);

}  // namespace continuo::data
