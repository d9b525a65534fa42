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

Conditioning conditioning(const Tracks& tracks, double frame_rate_hz, std::size_t frames) {
  const std::size_t count = tracks.frames();
  std::vector<float> midi(count, 0.f);
  std::size_t known = count;
  for (std::size_t j = 0; j < count; ++j) {
    if (tracks.f0_hz[j] <= 0) continue;
    midi[j] = 69 + 12 * std::log2(tracks.f0_hz[j] / 440);
    // The gap before: half takes the pitch on its left, half this one.
    const std::size_t from = known == count ? 0 : (known + j) / 2 + 1;
    for (std::size_t g = known == count ? 0 : known + 1; g < j; ++g)
      midi[g] = g < from ? midi[known] : midi[j];
    known = j;
  }
  for (std::size_t g = known == count ? 0 : known + 1; g < count; ++g)
    midi[g] = known == count ? 60.f : midi[known];

  Conditioning out;
  for (std::size_t j = 0; j < frames && count > 0; ++j) {
    const double at =
        std::min(static_cast<double>(j) / frame_rate_hz / tracks.frame_s(), static_cast<double>(count - 1));
    const auto left = static_cast<std::size_t>(at);
    const std::size_t right = std::min(left + 1, count - 1);
    const auto share = static_cast<float>(at - static_cast<double>(left));
    out.midi.push_back(midi[left] + share * (midi[right] - midi[left]));
    out.db.push_back(tracks.db[left] + share * (tracks.db[right] - tracks.db[left]));
  }
  return out;
}

}  // namespace continuo::data
