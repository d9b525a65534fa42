// Notes of a piece on the time axis of its file: what the readers give and quantise() takes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace continuo::symbolic {

struct Note {
  std::int64_t start_tick = 0, end_tick = 0;
  std::uint8_t pitch = 60, velocity = 100;  // 0..127, 1..127
  std::uint16_t instrument = 0;             // index into Sequence::instruments
};

// One voice of the piece: notes of one track, channel and program.
struct Instrument {
  int track = 0, channel = 0, program = 0;  // from 0
  bool drums = false;                       // channel 10 of General MIDI
};

struct TempoChange {
  std::int64_t tick = 0;
  std::uint32_t us_per_quarter = 500000;
};

struct Metre {
  int numerator = 4, denominator = 4;
  bool operator==(const Metre&) const = default;
};

struct MetreChange {
  std::int64_t tick = 0;
  Metre metre;
};

struct KeyChange {
  std::int64_t tick = 0;
  int sharps = 0;  // negative: flats
  bool minor = false;
};

struct Sequence {
  int ticks_per_quarter = 480;
  std::vector<Note> notes;  // by start, then in the order of the file
  std::vector<Instrument> instruments;
  std::vector<TempoChange> tempi;   // by tick; 120 bpm before the first
  std::vector<MetreChange> metres;  // by tick; 4/4 before the first
  std::vector<KeyChange> keys;
  std::map<std::string, std::uint64_t> events;  // how many of each kind the file holds
  std::vector<std::string> remarks;             // what was wrong and what was made of it, for people

  // Keeps the first 20: a file of nothing but faults shall not fill the memory with them.
  void remark(std::string text) {
    constexpr std::size_t kMostRemarks = 20;
    if (remarks.size() == kMostRemarks) remarks.push_back("there is more that is wrong with this file");
    if (remarks.size() < kMostRemarks) remarks.push_back(std::move(text));
  }
};

}  // namespace continuo::symbolic
