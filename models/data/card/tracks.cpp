// The control tracks of an audio item.
#include "models/data/card/tracks.h"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "models/io/safetensors.h"

namespace continuo::data {

bool Tracks::pitched(std::size_t frame) const {
  constexpr float kSure = 0.5f, kSounds_db = -60;
  return confidence[frame] >= kSure && f0_hz[frame] > 0 && db[frame] > kSounds_db;
}

std::optional<Tracks> read_tracks(const std::filesystem::path& set_folder, const std::string& id) {
  const auto file = set_folder / "items" / (id + ".tracks.safetensors");
  if (!std::filesystem::exists(file)) return std::nullopt;
  const io::Safetensors tensors = io::Safetensors::read(file.string());
  Tracks tracks;
  tracks.f0_hz = tensors.vector("f0_hz");
  tracks.confidence = tensors.vector("confidence");
  tracks.db = tensors.vector("db");
  tracks.loudness = tensors.find("loudness") ? tensors.vector("loudness") : tracks.db;
  const auto number = [&](const char* key) {
    const auto found = tensors.metadata().find(key);
    return found == tensors.metadata().end() ? 0 : std::atoi(found->second.c_str());
  };
  tracks.hop = number("hop");
  tracks.sample_rate = number("sample_rate");
  const std::size_t frames = tracks.frames();
  if (tracks.confidence.size() != frames || tracks.db.size() != frames || tracks.loudness.size() != frames) {
    throw std::runtime_error(file.string() + ": its tracks differ in length; make the set again");
  }
  if (tracks.hop <= 0 || tracks.sample_rate <= 0) {
    throw std::runtime_error(file.string() +
                             ": the metadata lacks \"hop\" and \"sample_rate\"; make the set again");
  }
  return tracks;
}

}  // namespace continuo::data
