// The files of one item: SET/items/ID.flac and SET/items/ID.tracks.safetensors.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "models/data/features.h"

namespace continuo::data {

// What is known of each frame; all have one length.
struct ItemTracks {
  std::vector<float> f0_hz;       // 0 where there is no pitch
  std::vector<float> confidence;  // 1 - aperiodicity
  std::vector<float> db;          // power, dBFS
  std::vector<float> loudness;    // A-weighted power
};

// By the engine's own trackers; `spec` as from feature_spec().
ItemTracks measure_tracks(std::span<const float> audio, const FeatureSpec& spec, const Features& features);

// Disk thread. Each file whole or not at all: the audio last, so that where it stands, both do. Throws
// std::runtime_error.
void write_item(const std::filesystem::path& items, const std::string& id, std::span<const float> audio,
                const ItemTracks& tracks, int sample_rate, int hop);

// Both files are there.
bool has_item(const std::filesystem::path& items, const std::string& id);

}  // namespace continuo::data
