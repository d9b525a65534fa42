// An open recording.
#include "models/data/sound_file.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <regex>
#include <stdexcept>
#include <string>

#include "models/io/sound_fault.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

void require_readable(const fs::path& file) {
  const std::string closed = io::closed_sound(file);
  if (!closed.empty()) throw std::runtime_error(file.string() + ": " + closed);
}

// Float files may be louder than full scale, and some are scaled as 16 or 24 bit; not more.
constexpr float kLoudest = 1e7f;

std::string log_of(SNDFILE* handle) {
  std::array<char, 16384> log{};
  sf_command(handle, SFC_GET_LOG_INFO, log.data(), static_cast<int>(log.size()));
  return log.data();
}

}  // namespace

SoundFile::SoundFile(const fs::path& file) : path_(file) {
  require_readable(file);
  handle_.reset(sf_open(file.c_str(), SFM_READ, &info_));
  if (!handle_) throw std::runtime_error(file.string() + ": " + io::unread_sound(file, sf_strerror(nullptr)));
  if (info_.samplerate < kLowestRate || info_.samplerate > kHighestRate) {
    throw std::runtime_error(file.string() + ": claims a sample rate of " + std::to_string(info_.samplerate) +
                             " Hz; its header is broken");
  }
  if (info_.channels < 1 || channels() > kMostChannels) {
    throw std::runtime_error(file.string() + ": claims " + std::to_string(info_.channels) +
                             " channels; at most " + std::to_string(kMostChannels) + " are read");
  }
}

std::size_t SoundFile::read(std::span<float> frames) {
  const auto wanted = static_cast<sf_count_t>(frames.size() / channels());
  const sf_count_t got = sf_readf_float(handle_.get(), frames.data(), wanted);
  if (got <= 0) return 0;
  for (const float v : frames.first(static_cast<std::size_t>(got) * channels())) {
    if (!(std::abs(v) <= kLoudest)) {
      throw std::runtime_error(path_.string() +
                               (std::isfinite(v) ? ": holds a sample of " + std::to_string(v) +
                                                       ", where 1 is full scale; it is damaged"
                                                 : std::string(": contains samples that are not numbers")));
    }
  }
  read_ += static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

double SoundFile::missing_s() const {
  // A header that is read clamped to the file's length stands in the log: "data : 352800 (should be 176360)".
  // Programs that write to a pipe promise all bits set: they could not know.
  constexpr double kUnknown = 2147483000;
  static const std::regex clamped("(?:data|SSND|Data Size) *: ([0-9]+) \\(should be ([0-9]+)\\)");
  const std::string log = log_of(handle_.get());
  std::smatch found;
  double promised = static_cast<double>(info_.frames);
  if (std::regex_search(log, found, clamped)) {
    const double bytes = std::atof(found[1].str().c_str()), there = std::atof(found[2].str().c_str());
    if (bytes < kUnknown && there > 0) promised = static_cast<double>(read_) * bytes / there;
  }
  if (promised > 1e15) return 0;  // a length that is not known
  // Lossy codecs miss by a block.
  const double missing = (promised - static_cast<double>(read_)) / info_.samplerate;
  return missing > 0.1 ? missing : 0;
}

void SoundFile::require_audio() const {
  if (read_ > 0) return;
  const bool cut = log_of(handle_.get()).find("ended unexpectedly") != std::string::npos || info_.frames > 0;
  throw std::runtime_error(
      path_.string() + (cut ? ": is cut short, so that nothing of it can be decoded" : ": holds no audio"));
}

}  // namespace continuo::data
