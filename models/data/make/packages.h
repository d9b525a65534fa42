// Debian packages as sources: fetched by apt-get and unpacked into a cache folder, not installed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace continuo::make {

// $XDG_CACHE_HOME/continuo/packages, by default ~/.cache/continuo/packages.
std::filesystem::path package_cache();

// Disk thread. The folder that the package's files lie in; fetched with `apt-get download` and unpacked with
// `dpkg-deb -x` when it is not in the cache. Without `fetch`, throws std::runtime_error that names the
// package and what would fetch it.
std::filesystem::path unpacked(const std::string& package, bool fetch);

// A paragraph of a machine-readable debian/copyright (DEP-5).
struct Copyright {
  std::vector<std::string> files;  // globs
  std::string holder, licence;     // the licence's short name
};
std::vector<Copyright> read_copyright(const std::string& text);
// Of a file in the source package: the last paragraph that matches it, as DEP-5 says; null when none does.
const Copyright* copyright_of(const std::vector<Copyright>& paragraphs, const std::string& file);

}  // namespace continuo::make
