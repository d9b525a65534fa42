#include "models/data/audio_file.h"

#include <sndfile.h>
#include <soxr.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "models/data/sound_file.h"

namespace continuo::data {
namespace {

using File = std::unique_ptr<SNDFILE, int (*)(SNDFILE*)>;
constexpr double kLongest_s = 4 * 3600;
constexpr std::array<const char*, 7> kExtensions = {".wav", ".flac", ".aif", ".aiff",
                                                    ".ogg", ".opus", ".mp3"};

bool is_audio(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace

std::vector<float> resample(std::span<const float> in, double from, double to) {
  if (from == to) return {in.begin(), in.end()};
  std::vector<float> out(static_cast<std::size_t>(std::ceil(static_cast<double>(in.size()) * to / from)));
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  std::size_t done = 0;
  const soxr_error_t error = soxr_oneshot(from, to, 1, in.data(), in.size(), nullptr, out.data(), out.size(),
                                          &done, nullptr, &quality, nullptr);
  if (error) throw std::runtime_error(std::string("resampling failed: ") + soxr_strerror(error));
  out.resize(done);
  return out;
}

std::vector<float> read_audio(const std::filesystem::path& path, double sample_rate) {
  constexpr std::size_t kBlock = 4096;
  SoundFile file(path);
  const std::size_t channels = file.channels();
  std::vector<float> mono, block(kBlock * channels);
  while (const std::size_t frames = file.read(block)) {
    if (static_cast<double>(mono.size() + frames) > kLongest_s * file.sample_rate()) {
      throw std::runtime_error(path.string() + ": is longer than 4 hours; cut it into pieces");
    }
    for (std::size_t i = 0; i < frames; ++i) {
      float sum = 0;
      for (std::size_t c = 0; c < channels; ++c) sum += block[i * channels + c];
      mono.push_back(sum / static_cast<float>(channels));
    }
  }
  file.require_audio();
  return resample(mono, file.sample_rate(), sample_rate);
}

void write_wav(const std::filesystem::path& file, std::span<const float> samples, int sample_rate) {
  SF_INFO info = {};
  info.samplerate = sample_rate;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  const File handle(sf_open(file.c_str(), SFM_WRITE, &info), sf_close);
  if (!handle) throw std::runtime_error(file.string() + ": cannot be written: " + sf_strerror(nullptr));
  sf_command(handle.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  const auto wanted = static_cast<sf_count_t>(samples.size());
  if (sf_writef_float(handle.get(), samples.data(), wanted) != wanted) {
    throw std::runtime_error(file.string() + ": could not be written whole (disk full?)");
  }
}

std::vector<std::filesystem::path> find_audio(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  if (!fs::exists(folder)) throw std::runtime_error(folder.string() + ": no such folder or file");
  if (!fs::is_directory(folder)) return {folder};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && is_audio(entry.path())) files.push_back(entry.path());
  }
  if (files.empty()) {
    throw std::runtime_error(folder.string() + ": holds no audio files (wav, flac, aiff, ogg, opus, mp3)");
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace continuo::data
