// The recordings in the folders that a set is made of.
#include "models/data/audio/recordings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string_view>

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

constexpr auto kRead = std::to_array<std::string_view>(
    {".wav", ".wave", ".bwf",   ".rf64", ".w64", ".flac", ".aif", ".aiff", ".aifc",
     ".ogg", ".oga",  ".opus",  ".mp3",  ".mp2", ".au",   ".snd", ".caf",  ".voc",
     ".sph", ".nist", ".ircam", ".sf",   ".paf", ".svx",  ".8svx"});
constexpr auto kNotRead =
    std::to_array<std::string_view>({".m4a", ".aac", ".mp4", ".wma", ".ape", ".wv", ".ac3", ".dts", ".ra",
                                     ".amr", ".tta", ".dsf", ".dff", ".mka", ".webm", ".pcm", ".raw"});

std::string lower_extension(const fs::path& file) {
  std::string text = file.extension().string();
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

template <class List>
bool has(const List& list, const std::string& extension) {
  return std::find(list.begin(), list.end(), extension) != list.end();
}

// By the first bytes: RIFF/WAVE, AIFF, FLAC, Ogg, CAF, AU, MP3 with a tag.
bool begins_like_sound(const fs::path& file) {
  std::array<char, 12> head{};
  std::ifstream in(file, std::ios::binary);
  if (!in.read(head.data(), head.size())) return false;
  const std::string_view text(head.data(), head.size());
  const bool chunked = text.starts_with("RIFF") || text.starts_with("RIFX") || text.starts_with("RF64");
  return (chunked && text.substr(8) == "WAVE") || (text.starts_with("FORM") && text.substr(8, 3) == "AIF") ||
         text.starts_with("fLaC") || text.starts_with("OggS") || text.starts_with("caff") ||
         text.starts_with(".snd") || text.starts_with("ID3");
}

class Finder {
 public:
  explicit Finder(const fs::path& leave_out) : leave_out_(fs::weakly_canonical(leave_out)) {}

  void add(const std::string& given) {
    const fs::path folder(given);
    if (!fs::exists(folder))
      throw std::runtime_error(given + ": no such folder or file; give folders with recordings");
    const bool one = !fs::is_directory(folder);
    const fs::path whole = fs::weakly_canonical(folder);
    if (!given_.insert(whole).second) throw std::runtime_error(given + ": is given twice");
    if (whole == leave_out_)
      throw std::runtime_error(given +
                               ": the set can't be made in the folder of its recordings; give another --out");
    root_ = one ? folder.parent_path() : folder;
    source_ = {};
    source_.name = one ? whole.parent_path().filename().string() : whole.filename().string();
    if (source_.name.empty()) source_.name = "recordings";
    const std::string plain = source_.name;
    for (int n = 2; !names_.insert(source_.name).second; ++n) source_.name = plain + "-" + std::to_string(n);
    source_.folder = given;
    read_rights(root_, source_);
    one ? take(folder) : walk(folder);
    found.sources.push_back(source_);
  }

  Recordings found;

 private:
  void skip(const fs::path& path, const std::string& reason) {
    found.skipped.push_back({source_.name + "/" + name_of(path), reason});
  }
  std::string name_of(const fs::path& path) const {
    return root_.empty() ? path.string() : path.lexically_relative(root_).string();
  }

  void walk(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    fs::directory_iterator it(folder, error);
    if (error) {
      skip(folder, "the folder may not be read: " + error.message());
      return;
    }
    for (const auto& entry : it) entries.push_back(entry.path());
    std::sort(entries.begin(), entries.end());
    for (const fs::path& path : entries) {
      const fs::file_status status = fs::status(path, error);
      if (fs::is_directory(status)) {
        if (fs::is_symlink(fs::symlink_status(path, error))) continue;  // no rounds
        if (fs::weakly_canonical(path) == leave_out_) continue;
        if (fs::exists(path / "set.json", error)) {
          skip(path, "is a data set, not recordings");
        } else {
          walk(path);
        }
      } else if (fs::is_regular_file(status)) {
        take(path);
      }
    }
  }

  void take(const fs::path& path) {
    if (path.filename().string().starts_with("._")) return;  // what macOS leaves beside each file
    const std::string extension = lower_extension(path);
    if (has(kNotRead, extension)) {
      skip(path, extension + " is not read; convert it to WAV or FLAC");
    } else if (has(kRead, extension) || begins_like_sound(path)) {
      found.files.push_back({path, source_.name, name_of(path)});
    }
  }

  fs::path leave_out_, root_;
  Source source_;
  std::set<std::string> names_;
  std::set<fs::path> given_;
};

}  // namespace

Recordings find_recordings(const std::vector<std::string>& folders, const fs::path& leave_out) {
  Finder finder(leave_out);
  for (const std::string& folder : folders) finder.add(folder);
  std::stable_sort(finder.found.files.begin(), finder.found.files.end(),
                   [](const Recording& a, const Recording& b) {
                     return a.source != b.source ? a.source < b.source : a.name < b.name;
                   });
  return std::move(finder.found);
}

}  // namespace continuo::data
