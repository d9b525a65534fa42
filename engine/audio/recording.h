// One take: a file for the master, a file for each stem, from the audio thread's taps.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/audio/block_sink.h"
#include "engine/audio/sample_ring.h"

namespace continuo {

struct RecordTrack {
  std::string label;  // "" for the master, else added to the take's name: NAME-LABEL.wav
  uint32_t channels = 2;
};

struct RecordSpec {
  std::string name;  // a-z 0-9 _ -
  std::vector<RecordTrack> tracks;
  uint32_t rate = 48000;
  bool pcm24 = false;       // else float32
  double ring_seconds = 4;  // how long the disk may be busy with other things
};

// Where the audio thread leaves a track's blocks.
class RecorderTap final : public BlockSink {
 public:
  RecorderTap(uint32_t channels, uint64_t ring_samples) : channels_(channels), ring_(ring_samples) {}
  // Audio thread; wait-free. What does not fit is counted and becomes silence of the same length.
  void push(uint64_t frame, const float* const* planes, uint32_t count, uint32_t frames) noexcept override;

  // Any thread.
  [[nodiscard]] uint64_t dropped_frames() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  friend class Recording;
  static constexpr uint64_t kNever = UINT64_MAX;
  uint32_t channels_;
  std::atomic<uint64_t> start_{kNever}, end_{kNever}, dropped_{0};
  SampleRing ring_;
};

class Recording {
 public:
  // Disk thread. Makes the files: float32 or 24-bit WAV, RF64 beyond 4 GB. Where one of them exists already
  // the take becomes NAME-2, NAME-3, ...; nothing is ever overwritten. Throws std::runtime_error: bad name,
  // no permission, ...
  static std::shared_ptr<Recording> create(const std::filesystem::path& directory, const RecordSpec& spec);
  ~Recording();

  // Control thread. The first sample of all files is that of engine frame `start`: call it before the engine
  // gets the taps. What was not tapped from there on is silence, so that stems stay sample-aligned.
  void arm(uint64_t start) noexcept;
  // Control thread. The frame after the last one; without it a take ends where its first tap left the engine.
  void end_at(uint64_t end) noexcept;
  // Before add() was called for the first time.
  [[nodiscard]] RecorderTap& tap(size_t track) noexcept;
  [[nodiscard]] size_t track_count() const noexcept;

  // Disk thread, while the take runs. One more file; what came before it is silence (a hole in the file), so
  // that all line up. Where it exists already, its label becomes LABEL-2, ... Throws as create().
  RecorderTap* add(const RecordTrack& track);
  // Disk thread, after the engine gave this tap back: writes the rest and closes its file, which ends there.
  // Throws as drain().
  void close(const RecorderTap* tap);

  // Disk thread, at least each second. One bounded step (a second of audio a track at most); true: call
  // again, there is more. A killed process leaves files that are readable up to the last second. Throws
  // std::runtime_error when the disk is full; the take keeps what it has.
  bool drain();
  // Disk thread, after the engine gave all taps back. Writes the rest, makes all files equally long, closes
  // them. Throws as drain().
  void finish();

  // Any thread, after create().
  [[nodiscard]] const std::string& name() const noexcept;  // with its -2
  // The same until add() was called; the disk thread then.
  [[nodiscard]] const std::vector<std::filesystem::path>& paths() const noexcept;
  [[nodiscard]] uint64_t dropped_frames() const noexcept;

 private:
  struct Track;
  struct Body;
  explicit Recording(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace continuo
