// Recordings that are there twice: the same samples, or the same sound at another level, rate or format.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/data/audio/journal.h"
#include "models/data/audio/recordings.h"

namespace continuo::data {

// Disk thread; reads those that could be the same. For each recording, why it is left out: it names the
// first. `found` has one for each of `files`.
std::vector<std::optional<std::string>> find_duplicates(std::span<const Recording> files,
                                                        std::span<const Found* const> found);

}  // namespace continuo::data
