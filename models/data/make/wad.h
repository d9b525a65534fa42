// Doom's WAD files (Freedoom): the music in them, MIDI files as they are and MUS scores turned into MIDI.
#pragma once

#include <map>
#include <string>

namespace continuo::make {

// Lump name to MIDI file, of all lumps that begin as music does. Throws std::runtime_error on a file that is
// no WAD or whose directory lies outside it.
std::map<std::string, std::string> wad_music(const std::string& wad);

// A MUS score as a MIDI file, 140 ticks a second. Throws std::runtime_error when it ends too early.
std::string mus_to_midi(const std::string& mus);

}  // namespace continuo::make
