#include "models/data/midi/sources.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

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

// File below the folder to its published split. The list stands in the folder or, when a part of a collection
// was given, in one of the two above it.
std::map<std::string, std::string> published_splits(const fs::path& given) {
  std::map<std::string, std::string> out;
  const fs::path root = fs::weakly_canonical(given);
  fs::path folder = root;
  for (int up = 0; up < 2 && !fs::exists(folder / "info.csv"); ++up) folder = folder.parent_path();
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
    if (value != "train" && value != "test" && value != "valid" && value != "validation") continue;
    const fs::path file = (folder / row[static_cast<std::size_t>(name)]).lexically_relative(root);
    out[file.string()] = value == "validation" ? "valid" : value;
  }
  return out;
}

// Of a README.md in the folder: "| licence | GPL v3 ... |" and "Attribution: ...", or "licence: ..." and
// "attribution: ..." as `data make` writes them.
void read_rights(const fs::path& folder, Source& source) {
  const auto take = [](const std::string& line, const char* key, std::string& into) {
    if (!line.starts_with(key) || !into.empty()) return;
    const std::size_t from = line.find_first_not_of(' ', std::string(key).size());
    const std::size_t last = line.find_last_not_of(" |\r");
    if (from != std::string::npos && last >= from) into = line.substr(from, last - from + 1);
  };
  std::ifstream in(folder / "README.md");
  std::string line;
  while (std::getline(in, line)) {
    for (const char* key : {"| licence |", "| license |", "| rights |", "licence: "})
      take(line, key, source.licence);
    for (const char* key : {"Attribution: ", "attribution: "}) take(line, key, source.attribution);
  }
}

}  // namespace

MidiSources find_midi(const MidiOptions& options) {
  MidiSources out;
  std::set<std::string> names;
  const bool abc = abc2midi_installed();
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
    // A folder of a collection whose README stands above it.
    if (source.licence.empty())
      read_rights(fs::weakly_canonical(root.empty() ? fs::path(".") : root).parent_path(), source);
    if (source.licence.empty()) source.licence = options.licence;
    if (source.attribution.empty()) source.attribution = options.attribution;
    const auto splits = published_splits(root.empty() ? fs::path(".") : root);
    const auto take = [&](const fs::path& path) {
      const std::string extension = lower_extension(path);
      const std::string name = path.lexically_relative(root).string();
      if (extension == ".mid" || extension == ".midi" || extension == ".kar" ||
          (extension == ".abc" && abc)) {
        const auto published = splits.find(name);
        const bool known = published != splits.end();
        out.files.push_back({path, source.name, name, known ? published->second : split_of(path), known});
      } else if (extension == ".abc") {
        out.skipped.push_back(
            {source.name + "/" + name, "ABC is read with abc2midi; install the package abcmidi"});
      } else if (extension == ".zip" || extension == ".xz" || extension == ".gz" || extension == ".tgz") {
        out.skipped.push_back({source.name + "/" + name, "archives are not read; unpack it first"});
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

}  // namespace continuo::data
