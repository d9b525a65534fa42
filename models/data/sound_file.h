// An open recording, read in blocks as it is: whatever libsndfile reads, in bounded memory.
#pragma once

#include <sndfile.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace continuo::data {

// Disk thread. One thread at a time.
class SoundFile {
 public:
  static constexpr int kLowestRate = 1000, kHighestRate = 1'000'000;  // Hz; others are refused
  static constexpr std::size_t kMostChannels = 64;

  // Throws std::runtime_error naming the file when it is missing, may not be read, is no audio, or claims a
  // rate or channels that no recording has.
  explicit SoundFile(const std::filesystem::path& file);

  int sample_rate() const { return info_.samplerate; }
  std::size_t channels() const { return static_cast<std::size_t>(info_.channels); }
  // Fills whole frames, interleaved, and returns how many; 0 at the end. Throws std::runtime_error on samples
  // that are not numbers.
  std::size_t read(std::span<float> frames);
  // After the last frame was read: how many seconds the header promised but the file lacks; 0 when whole.
  double missing_s() const;
  // After the last frame was read: throws std::runtime_error when there was none.
  void require_audio() const;

 private:
  struct Close {
    void operator()(SNDFILE* handle) const { sf_close(handle); }
  };
  std::filesystem::path path_;
  SF_INFO info_{};
  std::unique_ptr<SNDFILE, Close> handle_;
  std::uint64_t read_ = 0;  // frames
};

}  // namespace continuo::data
