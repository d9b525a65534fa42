#include "models/data/midi/drums.h"

#include <algorithm>
#include <array>

namespace continuo::symbolic {

namespace {

// The first pitch of a row stands for its class.
using Rows = std::array<std::vector<int>, 9>;

const Rows& js_rows() {
  static const Rows rows{{{36, 35},
                          {38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85},
                          {42, 44, 54, 68, 69, 70, 71, 73, 78, 80},
                          {46, 67, 72, 74, 79, 81},
                          {45, 29, 41, 61, 64, 84},
                          {48, 47, 60, 63, 77, 86, 87},
                          {50, 30, 43, 62, 76, 83},
                          {49, 55, 57, 58},
                          {51, 52, 53, 59, 82}}};
  return rows;
}

const Rows& roland_rows() {
  static const Rows rows{{{36},
                          {38, 37, 40},
                          {42, 22, 44},
                          {46, 26},
                          {43, 58},
                          {47, 45},
                          {50, 48},
                          {49, 52, 55, 57},
                          {51, 53, 59}}};
  return rows;
}

struct Classes {
  std::array<std::int8_t, 128> of{};  // pitch to class
  std::vector<int> pitch;             // class to pitch
};

Classes nine(const Rows& rows) {
  Classes classes;
  classes.of.fill(-1);
  for (const auto& row : rows) {
    for (const int p : row)
      classes.of[static_cast<std::size_t>(p)] = static_cast<std::int8_t>(classes.pitch.size());
    classes.pitch.push_back(row.front());
  }
  return classes;
}

Classes make_classes(DrumTable table) {
  if (table == DrumTable::kRoland) return nine(roland_rows());
  Classes classes = nine(js_rows());
  if (table == DrumTable::kNinePython) {
    classes.of[22] = 2;
    classes.of[26] = 3;
    classes.of[43] = 4;
    classes.of[52] = 7;
  } else if (table == DrumTable::kFull) {
    classes = {};
    classes.of.fill(-1);
    for (const auto& row : js_rows()) {
      for (const int p : row) {
        classes.of[static_cast<std::size_t>(p)] = static_cast<std::int8_t>(classes.pitch.size());
        classes.pitch.push_back(p);
      }
    }
  }
  return classes;
}

const Classes& classes_of(DrumTable table) {
  static const std::array<Classes, 4> all{make_classes(DrumTable::kNineJs),
                                          make_classes(DrumTable::kNinePython),
                                          make_classes(DrumTable::kFull), make_classes(DrumTable::kRoland)};
  return all[static_cast<std::size_t>(table)];
}

}  // namespace

int drum_classes(DrumTable table) {
  return static_cast<int>(classes_of(table).pitch.size());
}

int drum_class(DrumTable table, int pitch) {
  return pitch < 0 || pitch > 127 ? -1 : classes_of(table).of[static_cast<std::size_t>(pitch)];
}

int drum_pitch(DrumTable table, int drum_class) {
  return classes_of(table).pitch.at(static_cast<std::size_t>(drum_class));
}

std::vector<DrumTrack> extract_drums(std::span<const StepNote> hits, int steps_per_bar,
                                     const DrumRules& rules, int& too_short) {
  std::vector<DrumTrack> out;
  if (steps_per_bar <= 0) return out;
  int search = 0;
  auto note = hits.begin();
  while (true) {
    note = std::lower_bound(note, hits.end(), search,
                            [](const StepNote& n, int step) { return n.start < step; });
    if (note == hits.end()) return out;
    DrumTrack track;
    track.start_step = note->start - (note->start - search) % steps_per_bar;
    // The gap is counted from the step after the last hit.
    for (; note != hits.end(); ++note) {
      const int step = note->start - track.start_step;
      if (track.steps > 0 && step - track.steps >= rules.gap_bars * steps_per_bar) break;
      track.steps = std::max(track.steps, step + 1);
      track.hits.push_back(*note);
    }
    if (rules.pad_end) track.steps = (track.steps + steps_per_bar - 1) / steps_per_bar * steps_per_bar;
    const int end = track.start_step + track.steps;
    search = (end + steps_per_bar - 1) / steps_per_bar * steps_per_bar;
    if (track.steps < steps_per_bar * rules.min_bars) {
      ++too_short;
      continue;
    }
    if (track.steps > rules.max_steps) {
      track.steps = rules.max_steps - (rules.pad_end ? rules.max_steps % steps_per_bar : 0);
      while (!track.hits.empty() && track.hits.back().start >= track.start_step + track.steps)
        track.hits.pop_back();
    }
    out.push_back(std::move(track));
  }
}

}  // namespace continuo::symbolic
