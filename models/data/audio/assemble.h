// The set put together from what was found in its recordings.
#pragma once

#include <string>
#include <vector>

#include "models/data/audio/audio_set.h"
#include "models/data/audio/journal.h"
#include "models/data/audio/recordings.h"

namespace continuo::data {

// What `set.settings` says.
nlohmann::json settings_of(const AudioOptions& options);
// The part of it that each recording's items depend on.
nlohmann::json measuring_settings(const AudioOptions& options, const std::string& labels_stamp);

// Any thread. Marks what is kept, gives notes their velocities, and sees that something is left to train on.
// Returns what a person should know about the splits.
std::vector<std::string> settle(Set& set, const AudioOptions& options);

// A fault of this measure does not leave an item out: --keep=all, --keep=voices, --keep=noise_floor.
bool overruled(const std::string& measure, const std::vector<std::string>& keep);

// For people: what stands in the set, what was left out and why, what to type next.
void print_summary(const Set& set, const AudioOptions& options);

}  // namespace continuo::data
