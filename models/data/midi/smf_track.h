// One track of a Standard MIDI File.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/data/midi/sequence.h"

namespace continuo::symbolic {

// How many of each kind came.
struct EventCounts {
  std::uint64_t note_on = 0, note_off = 0, control = 0, program = 0, bend = 0, pressure = 0, sysex = 0,
                tempo = 0, metre = 0, key = 0, text = 0, meta = 0;
};

// Reads tracks one after another into one sequence. Keeps its memory between tracks and files.
class TrackReader {
 public:
  // Forgets the last file.
  void begin(Sequence& into);
  // bytes[from, to) is the track's content. Ends at its end of track or where it breaks, which becomes a
  // remark. Returns false when it broke.
  bool read(std::span<const std::uint8_t> bytes, std::size_t from, std::size_t to, int track);
  const EventCounts& counts() const { return counts_; }

 private:
  struct Open {
    std::int64_t tick;
    std::int32_t next;  // the note of this pitch and channel that began before it, or -1
    std::uint8_t velocity;
    std::uint16_t instrument;
  };
  struct Broken {
    std::size_t byte;
    std::string what;
  };

  std::uint32_t variable_length();
  std::uint8_t data_byte();
  void need(std::size_t bytes, const char* what) const;
  bool event();  // false at the end of the track
  void channel_message(std::uint8_t status);
  bool meta();
  void note_on(int channel, std::uint8_t pitch, std::uint8_t velocity);
  void note_off(int channel, std::uint8_t pitch);
  std::uint16_t instrument(int channel);
  void end_track();

  Sequence* out_ = nullptr;
  EventCounts counts_;
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0, end_ = 0;
  int track_ = 0;
  std::int64_t tick_ = 0, latest_ = 0;
  std::uint8_t status_ = 0;
  std::array<std::int32_t, 16 * 128> open_{};
  std::vector<Open> opened_;
  std::vector<std::int32_t> used_;  // cells of open_ that this track wrote
  std::array<std::uint8_t, 16> program_{}, file_program_{};
  std::array<std::int32_t, 16> instrument_{};  // of the channel now, or -1
  struct Numbered {
    std::int32_t track = -1, instrument = 0;
  };
  std::array<Numbered, 16 * 128> numbered_{};  // by channel and program; valid where the track is this one
};

}  // namespace continuo::symbolic
