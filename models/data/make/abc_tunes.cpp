// ABC by abc2midi.
#include "models/data/make/abc_tunes.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/data/make/tools.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestAbc = 4 << 20;

std::string lower_extension(const fs::path& file) {
  std::string text = file.extension().string();
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

bool is_abc(const fs::path& file) {
  return lower_extension(file) == ".abc";
}

bool abc2midi_installed() {
  return make::missing_packages({{"abc2midi", "abcmidi"}}).empty();
}

AbcTunes::AbcTunes(const fs::path& abc) {
  const std::uintmax_t bytes = fs::file_size(abc);
  if (bytes > kLargestAbc) {
    throw std::runtime_error("the file has " + std::to_string(bytes >> 20) +
                             " MiB; ABC files up to 4 MiB are read");
  }
  // Without -o it writes a file a tune next to the ABC file: so a copy is converted, never in the source.
  fs::copy_file(abc, folder_.path() / "tune.abc");
  const make::Outcome outcome =
      make::run({"abc2midi", "tune.abc", "-silent"}, folder_.path(), {.seconds = 20, .file_bytes = 16 << 20});
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    if (lower_extension(entry.path()) == ".mid") files_.push_back(entry.path());
  }
  // tune2.mid before tune10.mid
  std::sort(files_.begin(), files_.end(), [](const fs::path& a, const fs::path& b) {
    const std::string x = a.string(), y = b.string();
    return x.size() != y.size() ? x.size() < y.size() : x < y;
  });
  if (!outcome.limit.empty()) throw std::runtime_error("abc2midi was stopped: " + outcome.limit);
  if (files_.empty()) {
    throw std::runtime_error("abc2midi made no tune of it (code " + std::to_string(outcome.status) +
                             "): " + outcome.output.substr(0, outcome.output.find('\n')));
  }
}

}  // namespace continuo::data
