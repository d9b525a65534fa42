// Small data sets of both kinds, made without the rooms that make real ones.
#pragma once

#include <filesystem>

#include "models/data/scratch_folder.h"

namespace continuo::data {

// 40 notes of a scale from C3 up, soft and loud, of four recordings and two techniques; "odd" is two octaves
// above the rest, two items are not clean, one file could not be read. Items have FLAC files and tracks.
void write_audio_fixture(const std::filesystem::path& folder);

// 24 tunes in D and G, 6/8 and 4/4; tune 3 stands in the training and, a fifth higher, in the test.
void write_midi_fixture(const std::filesystem::path& folder);

}  // namespace continuo::data
