// Standard MIDI Files 0 and 1 (RP-001), whole or broken, as notes.
//
// Notes pair as in pretty_midi, on which note-seq's melodies rest: a note-off ends all notes of its pitch
// that began before it, a note that never ends is left out. Two things differ: the program of a note is the
// one at its onset, and drum notes of no length are kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

#include "models/data/midi/sequence.h"

namespace continuo::symbolic {

// What was wrong, at which byte, and what would be right.
class SmfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kLargestFile = 64u << 20;  // bytes
inline constexpr std::int64_t kMostQuarters = 65536;    // nine hours at 120 bpm; later events are not read

// Any thread. A track that breaks is read up to there and told in Sequence::remarks; throws SmfError when
// nothing can be read, for SMPTE time and for format 2.
Sequence read_smf(std::span<const std::uint8_t> bytes);

// Any thread. Throws SmfError; `bytes` is a buffer that many calls may share.
Sequence read_smf_file(const std::filesystem::path& file, std::vector<std::uint8_t>& bytes);
Sequence read_smf_file(const std::filesystem::path& file);

}  // namespace continuo::symbolic
