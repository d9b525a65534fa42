// One recording made into items: read, cut, measured, written.
#pragma once

#include <atomic>
#include <optional>
#include <span>

#include "models/data/audio/audio_set.h"
#include "models/data/audio/journal.h"
#include "models/data/audio/labels.h"
#include "models/data/audio/recordings.h"

namespace continuo::data {

// A stretch of a recording as it goes into the set.
struct Piece {
  Item item;
  std::vector<float> audio;
};

// What every item of a recording shares, and how its pieces are measured.
struct Desk {
  const AudioOptions& options;
  FeatureSpec spec;
  std::filesystem::path items;  // SET/items
};

// Any thread; memory: one stretch. Writes the items' files. What is wrong with the recording stands in
// `skipped`. Nothing when `stop` became true before its end. Throws std::runtime_error when the set can't be
// written.
std::optional<Found> measure_recording(const Recording& recording, const Labels& labels,
                                       const AudioOptions& options, const std::atomic<bool>& stop);

// Tracks, features, faults (but those of cleanness that the use does not ask for), files. `clipped` is the
// share of clipped samples in the recording itself.
void finish_piece(Piece& piece, const Desk& desk, double clipped);

}  // namespace continuo::data
