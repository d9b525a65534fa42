// `continuo-train data card`: a page that shows a data set to people, and the same facts as JSON.
#pragma once

#include <filesystem>

#include "models/data/card/facts.h"

namespace continuo::data {

// Disk thread. All facts of SET: those of its manifest, its warnings, and what SET/probe.json says if
// `data probe` was there. Throws std::runtime_error when there is no set.
Facts card_facts(const std::filesystem::path& set_folder);

// Disk thread. Writes SET/card.html and SET/card.json, and SET/listen/ID.flac for the MIDI items that the
// card shows; returns the facts. Throws std::runtime_error.
Facts write_card(const std::filesystem::path& set_folder);

}  // namespace continuo::data
