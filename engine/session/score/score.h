// Scores: OSC messages with their times, as a text file that people edit or in scsynth's binary form.
//
//   # continuo score
//   rate 48000                       needed before a time in frames
//   grid 416                         optional: where frame 0 lay on the reverb's grid when it was played
//   lead 83                          optional: how far ahead model frames were computed then, in frames
//   @0 /part/1/note 60 100           at a frame
//   0.5 /part/1/note 64 100          at a time in seconds
//   + /part/1/gain -6.0              with the line above: one bundle, applied as one
//   end @96000                       where rendering ends; without it, at the last event
//
// Lines need not be in order. The binary form (scsynth -N): int32 length and a bundle whose time tag counts
// seconds from 0, repeated; rendering ends at the last time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::session {

// A moment of a score: exact in frames of the score's own rate, or in seconds.
struct ScoreTime {
  bool in_frames = true;
  uint64_t frame = 0;
  double seconds = 0;
  // Frames at `rate`; a score in frames that is played at another rate keeps its seconds.
  [[nodiscard]] uint64_t frame_at(double rate, double score_rate) const;
};

struct ScoreEvent {
  ScoreTime time;
  uint32_t group = 0;             // events of one bundle have the same; they are neighbours
  std::vector<std::byte> packet;  // one OSC message
};

struct Score {
  double rate = 0;                 // 0: no time is in frames
  uint32_t grid = 0;               // frames, 0..SendReverb::kGridFrames - 1
  uint32_t lead = 0;               // frames, 1..kMaxLeadFrames; 0: the engine's own
  std::vector<ScoreEvent> events;  // in order of time
  std::optional<ScoreTime> end;
};

// "line 12: column 4: expected ..." or "entry 3, at byte 120: ...".
struct ScoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr uint32_t kMaxLeadFrames = 1 << 16;
inline constexpr uint64_t kMaxScoreBytes = 256u << 20;
inline constexpr uint64_t kMaxScoreSeconds = 7 * 24 * 3600;

// Any thread but audio. Tells the forms apart by their content. Throws ScoreError, whatever the bytes are.
Score parse_score(std::span<const std::byte> content);
// Disk thread. As parse_score; the message begins with the path.
Score read_score(const std::filesystem::path& path);

// A line of a score, with its line end. `message` is one OSC message; anything else gives "".
std::string score_line(uint64_t frame, std::span<const std::byte> message, bool with_previous = false);

}  // namespace continuo::session
