#include "models/data/make/packages.h"

#include <fnmatch.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "models/data/make/tools.h"
#include "models/data/scratch_folder.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

fs::path package_cache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) {
    return fs::path(cache) / "continuo" / "packages";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : "/tmp") / ".cache" / "continuo" / "packages";
}

fs::path unpacked(const std::string& package, bool fetch) {
  const fs::path folder = package_cache() / package;
  if (fs::exists(folder)) return folder;
  if (!fetch) {
    throw std::runtime_error("the Debian package " + package + " is not in " + package_cache().string() +
                             "; add --install to have it fetched there (it is not installed)");
  }
  require({{"apt-get", "apt"}, {"dpkg-deb", "dpkg"}}, false, "fetching " + package);
  fs::create_directories(package_cache());
  const data::ScratchFolder scratch;
  std::fprintf(stderr, "Fetching %s ...\n", package.c_str());
  run_or_throw({"apt-get", "download", package}, scratch.path(), kPatient);
  fs::path deb;
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    if (entry.path().extension() == ".deb") deb = entry.path();
  }
  if (deb.empty()) throw std::runtime_error("apt-get download " + package + ": gave no file");
  const fs::path part = folder.string() + ".part";
  fs::remove_all(part);
  run_or_throw({"dpkg-deb", "-x", deb.string(), part.string()}, {}, kPatient);
  fs::rename(part, folder);
  return folder;
}

std::vector<Copyright> read_copyright(const std::string& text) {
  std::vector<Copyright> paragraphs;
  Copyright now;
  std::string field;
  const auto end = [&] {
    if (!now.files.empty()) paragraphs.push_back(now);
    now = {};
    field.clear();
  };
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (trimmed(line).empty()) {
      end();
      continue;
    }
    std::string value = line;
    const bool begins = line[0] != ' ' && line[0] != '\t';
    if (begins) {
      const auto colon = line.find(':');
      if (colon == std::string::npos) continue;
      field = line.substr(0, colon);
      value = line.substr(colon + 1);
    }
    value = trimmed(value);
    if (field == "Files") {
      std::istringstream globs(value);
      for (std::string glob; globs >> glob;) now.files.push_back(glob);
    } else if (field == "Copyright" && !value.empty()) {
      now.holder += (now.holder.empty() ? "" : "; ") + value;
    } else if (field == "License" && begins) {
      now.licence = value;
    }
  }
  end();
  return paragraphs;
}

const Copyright* copyright_of(const std::vector<Copyright>& paragraphs, const std::string& file) {
  const Copyright* found = nullptr;
  for (const Copyright& paragraph : paragraphs) {
    for (const std::string& glob : paragraph.files) {
      if (fnmatch(glob.c_str(), file.c_str(), 0) == 0) found = &paragraph;
    }
  }
  return found;
}

}  // namespace continuo::make
