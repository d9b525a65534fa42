// The library folder: models, sessions, recordings and scores, found by name.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace continuo::session {

// Where things are. Plain data, made once at start; any thread may read it.
struct LibraryFolders {
  std::filesystem::path home;                  // $CONTINUO_HOME, else ~/Continuo
  std::vector<std::filesystem::path> shipped;  // searched for models after home/models

  [[nodiscard]] std::filesystem::path models() const { return home / "models"; }
  [[nodiscard]] std::filesystem::path sessions() const { return home / "sessions"; }
  [[nodiscard]] std::filesystem::path recordings() const { return home / "recordings"; }
  [[nodiscard]] std::filesystem::path scores() const { return home / "scores"; }

  // From the environment and the program's place: models/trained beside the program, or in the source tree
  // above it.
  static LibraryFolders find(const std::filesystem::path& program);
};

struct ModelFile {
  std::string name;  // the file's, without .safetensors
  std::filesystem::path path;
  std::filesystem::file_time_type changed;
  uintmax_t bytes = 0;
  std::string fault;          // why it cannot be loaded, by its header; empty: it seems good
  std::string kind = "ddsp";  // what it is for: "ddsp" plays, "song" sings by itself
  bool operator==(const ModelFile&) const = default;
};

// Disk thread, all of it. They read folders; what can't be read counts as empty.
// Models by name; the first folder that has a name wins. Files that are being written (.part, dot files)
// don't count.
std::vector<ModelFile> list_models(const LibraryFolders& folders);
std::vector<std::string> list_sessions(const LibraryFolders& folders);
// Makes home and its folders. Throws std::filesystem::filesystem_error.
void make_folders(const LibraryFolders& folders);

// Disk thread. Writes beside the target, flushes to the disk and renames: the file is the old or the new one,
// whole. Throws std::runtime_error.
void write_atomically(const std::filesystem::path& path, const std::string& text);
// Disk thread. Throws std::runtime_error; files beyond 16 MiB are refused.
std::string read_whole(const std::filesystem::path& path);

}  // namespace continuo::session
