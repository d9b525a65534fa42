#include "models/data/midi/sources.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

std::string lower_extension(const fs::path& file) {
  std::string text = file.extension().string();
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> csv_row(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

// File below the folder to its published split.
std::map<std::string, std::string> published_splits(const fs::path& folder) {
  std::map<std::string, std::string> out;
  std::ifstream in(folder / "info.csv");
  std::string line;
  if (!std::getline(in, line)) return out;
  const auto head = csv_row(line);
  const auto name = std::find(head.begin(), head.end(), "midi_filename") - head.begin();
  const auto split = std::find(head.begin(), head.end(), "split") - head.begin();
  while (std::getline(in, line)) {
    const auto row = csv_row(line);
    if (std::max(name, split) >= static_cast<std::ptrdiff_t>(row.size())) continue;
    const std::string& value = row[static_cast<std::size_t>(split)];
    if (value == "train" || value == "test" || value == "valid" || value == "validation")
      out[row[static_cast<std::size_t>(name)]] = value == "validation" ? "valid" : value;
  }
  return out;
}

// "| licence | GPL v3 ... |" and "Attribution: ..." of a README.md in the folder.
void read_rights(const fs::path& folder, Source& source) {
  std::ifstream in(folder / "README.md");
  std::string line;
  while (std::getline(in, line)) {
    for (const char* key : {"| licence |", "| license |", "| rights |"}) {
      if (!line.starts_with(key) || !source.licence.empty()) continue;
      source.licence = line.substr(std::string(key).size());
      while (!source.licence.empty() && (source.licence.back() == '|' || source.licence.back() == ' '))
        source.licence.pop_back();
      while (source.licence.starts_with(' ')) source.licence.erase(0, 1);
    }
    if (line.starts_with("Attribution: ")) source.attribution = line.substr(13);
  }
}

// 0 when the program ran and said so. Its output goes to `log`.
int run_program(const std::vector<std::string>& words, const fs::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

MidiSources find_midi(const MidiOptions& options) {
  MidiSources out;
  std::set<std::string> names;
  for (const std::string& given : options.folders) {
    const fs::path folder(given);
    if (!fs::exists(folder))
      throw std::runtime_error(given +
                               ": no such folder or file; give folders with .mid, .midi or .abc files");
    const bool one = fs::is_regular_file(folder);
    const fs::path root = one ? folder.parent_path() : folder;
    Source source;
    source.name = fs::weakly_canonical(one ? folder : root).filename().string();
    if (source.name.empty()) source.name = "music";
    for (int n = 2; !names.insert(source.name).second; ++n)
      source.name = fs::weakly_canonical(folder).filename().string() + "-" + std::to_string(n);
    source.folder = given;
    read_rights(root, source);
    if (source.licence.empty()) source.licence = options.licence;
    if (source.attribution.empty()) source.attribution = options.attribution;
    const auto splits = published_splits(root);
    const auto take = [&](const fs::path& path) {
      const std::string extension = lower_extension(path);
      const std::string name = path.lexically_relative(root).string();
      if (extension == ".mid" || extension == ".midi" || extension == ".kar" ||
          (extension == ".abc" && abc2midi_installed())) {
        const auto published = splits.find(name);
        out.files.push_back(
            {path, source.name, name, published == splits.end() ? split_of(path) : published->second});
      } else if (extension == ".abc") {
        out.skipped.push_back(
            {source.name + "/" + name, "ABC is read with abc2midi; install the package abcmidi"});
      } else if (extension == ".musicxml" || extension == ".mxl") {
        out.skipped.push_back({source.name + "/" + name, "MusicXML is not read; export it as MIDI"});
      }
    };
    if (one) {
      take(folder);
    } else {
      for (const auto& entry :
           fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
        if (entry.is_regular_file()) take(entry.path());
      }
    }
    out.sources.push_back(source);
  }
  std::stable_sort(out.files.begin(), out.files.end(), [](const MidiFile& a, const MidiFile& b) {
    return a.source != b.source ? a.source < b.source : a.name < b.name;
  });
  return out;
}

bool abc2midi_installed() {
  static const bool found = [] {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
      if (access((fs::path(folder) / "abc2midi").c_str(), X_OK) == 0) return true;
    }
    return false;
  }();
  return found;
}

AbcTunes::AbcTunes(const fs::path& abc) {
  std::string name = (fs::temp_directory_path() / "continuo-abc-XXXXXX").string();
  if (!mkdtemp(name.data()))
    throw std::runtime_error("no temporary folder can be made in " + fs::temp_directory_path().string());
  folder_ = name;
  // Without -o it writes a file a tune next to the ABC file: so a copy is converted, never in the source.
  std::error_code error;
  fs::copy_file(abc, folder_ / "tune.abc", error);
  const int code =
      error ? -1 : run_program({"abc2midi", (folder_ / "tune.abc").string(), "-silent"}, folder_ / "log");
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (lower_extension(entry.path()) == ".mid") files_.push_back(entry.path());
  }
  std::sort(files_.begin(), files_.end());
  if (!files_.empty()) return;
  std::ifstream log(folder_ / "log");
  std::string line;
  std::getline(log, line);
  fs::remove_all(folder_, error);
  throw std::runtime_error("abc2midi made no tune of it (code " + std::to_string(code) + "): " + line);
}

AbcTunes::~AbcTunes() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

}  // namespace continuo::data
