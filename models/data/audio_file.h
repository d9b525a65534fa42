// Reading recordings as mono at a wanted rate, and writing WAV files (libsndfile, soxr).
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace continuo::data {

// Whole file, mixed to mono, resampled to `sample_rate` (soxr, very high quality).
// Throws std::runtime_error naming the file when it is missing, unreadable, empty, not finite, or longer
// than four hours.
std::vector<float> read_audio(const std::filesystem::path& file, double sample_rate);

// Resamples by from / to; what `read_audio` uses. Throws std::runtime_error.
std::vector<float> resample(std::span<const float> in, double from, double to);

// Mono, 16 bit; samples beyond +-1 are clipped. Throws std::runtime_error when it cannot be written.
void write_wav(const std::filesystem::path& file, std::span<const float> samples, int sample_rate);

// Audio files below `folder` (by extension: wav, flac, aif, aiff, ogg, opus, mp3), sorted. A path to one file
// gives that file. Throws std::runtime_error when the path does not exist or holds no audio.
std::vector<std::filesystem::path> find_audio(const std::filesystem::path& folder);

}  // namespace continuo::data
