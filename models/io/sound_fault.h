// Why a file can't be read as a recording, in a musician's words: a sound library says "unknown format".
#pragma once

#include <filesystem>
#include <string>

namespace continuo::io {

inline constexpr const char* kReadableSounds =
    "readable are wav, aiff, au, caf, flac, ogg (vorbis, opus) and mp3";

// Disk thread. Before it is opened: missing, a folder, not allowed, empty; nothing where it can be opened.
std::string closed_sound(const std::filesystem::path& file);

// Disk thread. After the library has refused it with `reason`: what the file is by its first bytes, and what
// would be right.
std::string unread_sound(const std::filesystem::path& file, const std::string& reason);

}  // namespace continuo::io
