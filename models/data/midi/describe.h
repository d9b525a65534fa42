// What describes a piece in the manifest: features, faults, and what its card draws.
#pragma once

#include "models/data/midi/extract.h"
#include "models/data/set.h"

namespace continuo::data {

// Fills begin_s, end_s, features, details and faults of `item`; kept only without faults.
void describe(const symbolic::Sequence& sequence, const symbolic::Extracted& extracted,
              const symbolic::ExtractRules& rules, Item& item);

// FNV-1a over pitches and ticks in quarters: equal for copies of one piece under other names.
std::uint64_t piece_hash(const symbolic::Sequence& sequence);

}  // namespace continuo::data
