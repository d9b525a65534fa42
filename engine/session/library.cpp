// The library folder.
#include "engine/session/library.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "engine/session/names.h"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace continuo::session {
namespace fs = std::filesystem;
namespace {

template <typename Each>
void for_each_file(const fs::path& folder, const char* extension, Each each) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (path.extension() != extension || path.filename().string().front() == '.') continue;
    std::error_code ignored;
    if (at->is_regular_file(ignored)) each(*at);
  }
}

// The rename must not reach the disk before the contents.
void flush_to_disk(const fs::path& path) {
#if defined(__unix__) || defined(__APPLE__)
  const int file = ::open(path.c_str(), O_RDONLY);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
#else
  (void)path;
#endif
}

}  // namespace

LibraryFolders LibraryFolders::find(const fs::path& program) {
  LibraryFolders folders;
  const char* home = std::getenv("CONTINUO_HOME");
  if (home && *home) {
    folders.home = home;
  } else {
    const char* user = std::getenv("HOME");
    if (!user) user = std::getenv("USERPROFILE");
    folders.home = fs::path(user ? user : ".") / "Continuo";
  }
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(program, error).parent_path();
  for (const fs::path& above : {folder, folder.parent_path(), folder.parent_path().parent_path()}) {
    if (fs::is_directory(above / "models" / "trained", error)) {
      folders.shipped.push_back(above / "models" / "trained");
      break;
    }
  }
  if (folders.shipped.empty())
    folders.shipped.push_back(folder.parent_path() / "share" / "continuo" / "models");
  return folders;
}

std::vector<ModelFile> list_models(const LibraryFolders& folders) {
  std::vector<ModelFile> models;
  std::vector<fs::path> places{folders.models()};
  places.insert(places.end(), folders.shipped.begin(), folders.shipped.end());
  for (const fs::path& place : places) {
    const size_t earlier = models.size();
    for_each_file(place, ".safetensors", [&](const fs::directory_entry& entry) {
      std::error_code error;
      ModelFile file{entry.path().stem().string(),
                     entry.path(),
                     entry.last_write_time(error),
                     entry.file_size(error),
                     {}};
      const auto first = models.begin(), last = models.begin() + static_cast<std::ptrdiff_t>(earlier);
      if (std::none_of(first, last, [&](const ModelFile& m) { return m.name == file.name; })) {
        models.push_back(std::move(file));
      }
    });
  }
  std::sort(models.begin(), models.end(),
            [](const ModelFile& a, const ModelFile& b) { return a.name < b.name; });
  return models;
}

std::vector<std::string> list_sessions(const LibraryFolders& folders) {
  std::vector<std::string> names;
  for_each_file(folders.sessions(), ".json", [&](const fs::directory_entry& entry) {
    std::string name = entry.path().stem().string();
    if (fit_name(name) == name) names.push_back(std::move(name));  // else no message can open it
  });
  std::sort(names.begin(), names.end());
  return names;
}

void make_folders(const LibraryFolders& folders) {
  for (const char* name : {"models", "sets", "recordings", "sessions", "scores"}) {
    fs::create_directories(folders.home / name);
  }
}

void write_atomically(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  fs::path temporary = path;
  temporary += ".part";
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush()) throw std::runtime_error(temporary.string() + " cannot be written");
  }
  flush_to_disk(temporary);
  fs::rename(temporary, path);
  flush_to_disk(path.parent_path());
}

std::string read_whole(const fs::path& path) {
  constexpr uintmax_t kLargest = 16u << 20;
  std::error_code error;
  const uintmax_t bytes = fs::file_size(path, error);
  if (error) throw std::runtime_error(path.string() + " cannot be read: " + error.message());
  if (bytes > kLargest) throw std::runtime_error(path.string() + " is too large for a session");
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in && !in.eof()) throw std::runtime_error(path.string() + " cannot be read");
  return text;
}

}  // namespace continuo::session
