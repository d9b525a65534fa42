// Which pieces hold the same tune, in whatever key and under whatever name: they must not lie on both sides
// of a split, or validation measures what was learnt by heart.
//
// As in A. Broder, "On the resemblance and containment of documents", 1997: a voice is the set of its runs of
// ten intervals, and a few of their hashes stand for it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/data/midi/sequence.h"

namespace continuo::symbolic {

// The 96 smallest hashes of all runs of 10 intervals in the piece's melodic voices, sorted. Runs with fewer
// than 4 different intervals (scales, trills) say nothing and are left out, and so are drums and voices in
// which more than a tenth of the onsets are chords.
std::vector<std::uint64_t> tune_marks(const Sequence& sequence);

// For each piece, given by its marks, the first piece of its group. Two belong together when they share at
// least 6 marks and a quarter of the smaller one's, or have one name (a tune's melody and its chords in two
// files); and so do those that belong to the same third. pieces.size() == names.size().
std::vector<std::size_t> tune_groups(std::span<const std::vector<std::uint64_t>> pieces,
                                     std::span<const std::string> names);

}  // namespace continuo::symbolic
