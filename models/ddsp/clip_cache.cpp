#include "models/ddsp/clip_cache.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

namespace continuo::ddsp {
namespace {

constexpr std::uint64_t kVersion = 2;  // raise when features or analysis change

std::uint64_t hash(std::uint64_t state, const void* data, std::size_t bytes) {
  const auto* p = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; ++i) state = (state ^ p[i]) * 0x100000001b3ULL;
  return state;
}

template <typename T>
bool read(std::ifstream& in, std::vector<T>& values, std::size_t count) {
  values.resize(count);
  return static_cast<bool>(
      in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T))));
}

template <typename T>
void write(std::ofstream& out, const std::vector<T>& values) {
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace

ClipCache::ClipCache(const std::filesystem::path& folder, std::span<const float> audio,
                     const DatasetSpec& spec)
    : frames_(audio.size() / static_cast<std::size_t>(spec.hop)),
      harmonics_(spec.harmonics),
      bands_(spec.noise_bands) {
  if (folder.empty()) return;
  const std::uint64_t sizes[] = {kVersion, static_cast<std::uint64_t>(spec.sample_rate),
                                 static_cast<std::uint64_t>(spec.hop), static_cast<std::uint64_t>(harmonics_),
                                 static_cast<std::uint64_t>(bands_)};
  const std::uint64_t key =
      hash(hash(0xcbf29ce484222325ULL, sizes, sizeof sizes), audio.data(), audio.size() * sizeof(float));
  char name[32];
  std::snprintf(name, sizeof name, "%016llx.frames", static_cast<unsigned long long>(key));
  file_ = folder / name;
}

bool ClipCache::load(Clip& clip) const {
  if (file_.empty()) return false;
  std::ifstream in(file_, std::ios::binary);
  clip.controls.harmonics = harmonics_;
  clip.controls.bands = bands_;
  return in && read(in, clip.midi, frames_) && read(in, clip.db, frames_) && read(in, clip.voiced, frames_) &&
         read(in, clip.controls.amplitudes, frames_ * static_cast<std::size_t>(harmonics_)) &&
         read(in, clip.controls.noise, frames_ * static_cast<std::size_t>(bands_));
}

void ClipCache::store(const Clip& clip) const {
  if (file_.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(file_.parent_path(), error);
  const auto part = file_.string() + ".part";
  std::ofstream out(part, std::ios::binary);
  write(out, clip.midi);
  write(out, clip.db);
  write(out, clip.voiced);
  write(out, clip.controls.amplitudes);
  write(out, clip.controls.noise);
  out.close();
  if (out) {
    std::filesystem::rename(part, file_, error);
  } else {
    std::filesystem::remove(part, error);
  }
}

}  // namespace continuo::ddsp
