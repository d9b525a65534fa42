// A session as a file: readable JSON, and plain data on this side.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/players/band.h"
#include "engine/session/space_setting.h"
#include "osc_schema/tables.h"

namespace continuo::session {

inline constexpr int kSessionVersion = 1;

struct PartData {
  int number = 1;  // 1..32
  std::string name;
  schema::Kind instrument = schema::Kind::kAdditive;
  std::string model;
  std::string song;  // that it sings by itself; empty: the default one
  std::map<std::string, float>
      values;  // strip and instrument, by name; those at their default may be missing
  std::map<std::string, SpaceSetting> spaces;  // by name; those of which nothing is asked may be missing
};

struct PlayerData {
  int number = 1;  // 1..8
  std::string model;
  std::map<std::string, float> values;  // by name; those at their default may be missing
  std::string chords;                   // empty: none
  float chord_beats = 4;
};

struct SessionData {
  std::vector<PartData> parts;
  std::vector<PlayerData> players;
  double bpm = 120;
  int metre_beats = 4, metre_unit = 4;
  std::map<std::string, float> master;
  std::vector<std::string> listeners;  // HOST:PORT[,slow]
  std::string midi_inputs = "all";     // or "none", or a part of their names
};

// What is wrong with a session file, where, and what would be right.
struct SessionFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Any thread.
std::string to_json(const SessionData& data);
// Refuses other versions by number, unknown instruments, numbers used twice and values that are no numbers.
// Values out of range come to its nearest end, and unknown names are left out: `notes` gets a line for each.
SessionData from_json(const std::string& text, std::vector<std::string>& notes);

}  // namespace continuo::session
