// The models that a subcommand is asked for, by their names in the library.
#pragma once

#include <string>

#include "engine/session/library.h"

namespace continuo::cli {

// A voice to play with, a song that sings by itself, or what a player plays with. All throw
// std::runtime_error: what there is instead, or what is wrong with the file.
session::ModelFile find_voice(const std::string& wanted, const session::LibraryFolders& folders);
session::ModelFile find_song(const std::string& wanted, const session::LibraryFolders& folders);
session::ModelFile find_player_model(const std::string& wanted, const session::LibraryFolders& folders);

}  // namespace continuo::cli
