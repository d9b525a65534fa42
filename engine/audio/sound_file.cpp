// Reading with libsndfile, converting with libsamplerate.
#include "engine/audio/sound_file.h"

#include <sndfile.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "engine/audio/resample.h"
#include "models/io/sound_fault.h"

namespace continuo {
namespace {

std::vector<float> fit_channels(std::vector<float> samples, uint32_t have, uint32_t want) {
  if (want == 0 || want == have) return samples;
  const size_t frames = samples.size() / have;
  std::vector<float> fitted(frames * want);
  for (size_t i = 0; i < frames; ++i) {
    if (want == 1) {
      double sum = 0;
      for (uint32_t c = 0; c < have; ++c) sum += samples[i * have + c];
      fitted[i] = static_cast<float>(sum / have);
    } else {
      fitted[2 * i] = fitted[2 * i + 1] = samples[i];
    }
  }
  return fitted;
}

}  // namespace

Sound read_sound(const std::filesystem::path& path, const SoundRequest& request) {
  const auto fail = [&](const std::string& why) { throw std::runtime_error(path.string() + ": " + why); };
  if (const std::string closed = io::closed_sound(path); !closed.empty()) fail(closed);
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.string().c_str(), SFM_READ, &info),
                                                         sf_close);
  if (!file) fail(io::unread_sound(path, sf_strerror(nullptr)));
  if (info.samplerate <= 0 || info.channels <= 0 || info.channels > 64 || info.frames < 0)
    fail("its header promises " + std::to_string(info.channels) + " channels at " +
         std::to_string(info.samplerate) + " Hz: it is damaged");
  if (static_cast<double>(info.frames) > request.longest_seconds * info.samplerate) {
    fail("longer than " + std::to_string(static_cast<int>(request.longest_seconds)) +
         " seconds; cut it into pieces");
  }
  const auto channels = static_cast<uint32_t>(info.channels);
  if (request.channels > 2 || (request.channels == 2 && channels > 2))
    fail("has " + std::to_string(channels) + " channels; at most 2 can be used here");

  // Read in steps: a header may promise more than the file holds.
  constexpr sf_count_t kStep = 1 << 16;
  Sound sound;
  for (sf_count_t total = 0; total < info.frames;) {
    sound.samples.resize(static_cast<size_t>(total + kStep) * channels);
    const sf_count_t got =
        sf_readf_float(file.get(), sound.samples.data() + static_cast<size_t>(total) * channels, kStep);
    total += std::max<sf_count_t>(got, 0);
    sound.samples.resize(static_cast<size_t>(total) * channels);
    if (got < kStep) break;
  }
  sound.samples = fit_channels(std::move(sound.samples), channels, request.channels);
  sound.channels = request.channels == 0 ? channels : request.channels;
  sound.rate = static_cast<uint32_t>(info.samplerate);
  if (request.rate == 0 || request.rate == sound.rate || sound.samples.empty()) {
    if (request.rate != 0) sound.rate = request.rate;
    return sound;
  }
  try {
    sound.samples = resample(sound.samples, sound.channels, sound.rate, request.rate);
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
  sound.rate = request.rate;
  return sound;
}

}  // namespace continuo
