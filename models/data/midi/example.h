// A training example of symbolic music: what the lines of a MIDI set's files hold, and what models read.
//
//   {"item":"reel-1a2b3c4d","split":"train","kind":"melody","start_step":0,"steps":128,"metre":[4,4],
//    "steps_per_quarter":4,"tempo_bpm":120,"transpose":0,"transposes":[-5,6],"key":"G","tracks":
//    [{"role":"melody","program":0,"notes":[[pitch,start_step,end_step,velocity,offset_ms], ...]}]}
//
// Steps of the notes count from the example's beginning. offset_ms is how much later than its step a note was
// played. "transposes": the semitones, first to last, by which the example may be moved.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/data/midi/quantise.h"

namespace continuo::symbolic {

enum class Role { kMelody, kBass, kDrums, kOther };

struct Track {
  Role role = Role::kMelody;
  int program = 0;
  std::vector<StepNote> notes;  // by start
};

// "melody", "drums", "groove", "bass", "trio" or "multitrack".
enum class Kind { kMelody, kDrums, kGroove, kBass, kTrio, kMultitrack };
const char* name_of(Kind kind);
const char* name_of(Role role);
const char* key_name(int key);  // 0..11: "C", "Db" ...; else ""

struct Example {
  std::string item, split;  // filled when read from a file
  Kind kind = Kind::kMelody;
  int start_step = 0;  // in its stretch
  int steps = 0;
  Metre metre;
  int steps_per_quarter = 4;
  double tempo_bpm = 120;
  int key = -1;  // major key 0..11, or -1
  int transpose = 0;
  std::array<int, 2> transposes{0, 0};
  std::vector<Track> tracks;
};

// Appends the line without its line feed.
void append_json(std::string& out, const Example& example, const std::string& item, const std::string& split);

// Throws std::runtime_error that says what is wrong with the line.
Example parse_example(const std::string& line);

// FNV-1a over what sounds: metre, grid, roles, pitches and steps; with velocity and timing for grooves.
std::uint64_t content_hash(const Example& example);

}  // namespace continuo::symbolic
