#include "models/musicrnn/tunes.h"

#include <fstream>
#include <stdexcept>

#include "models/data/midi/drums.h"

namespace continuo::musicrnn {
namespace {

int fold(int pitch, const Settings& settings) {
  while (pitch < settings.min_pitch) pitch += 12;
  while (pitch > settings.max_pitch) pitch -= 12;
  return pitch;
}

std::vector<int> melody_events(const symbolic::Example& example, const Settings& settings) {
  std::vector<int> events(static_cast<std::size_t>(example.steps), kNoEvent);
  for (const symbolic::StepNote& note : example.tracks.front().notes) {
    if (note.start < 0 || note.start >= example.steps) continue;
    events[static_cast<std::size_t>(note.start)] = fold(note.pitch, settings);
    if (note.end < example.steps && events[static_cast<std::size_t>(note.end)] == kNoEvent)
      events[static_cast<std::size_t>(note.end)] = kNoteOff;
  }
  return events;
}

std::vector<int> drum_events(const symbolic::Example& example) {
  std::vector<int> events(static_cast<std::size_t>(example.steps), 0);
  for (const symbolic::StepNote& note : example.tracks.front().notes) {
    const int drum = symbolic::drum_class(symbolic::DrumTable::kNinePython, note.pitch);
    if (drum >= 0 && note.start >= 0 && note.start < example.steps)
      events[static_cast<std::size_t>(note.start)] |= 1 << drum;
  }
  return events;
}

}  // namespace

std::vector<Tune> read_tunes(const std::filesystem::path& set, const Representation& representation) {
  const bool drums = representation.settings().vocabulary == Vocabulary::kDrums;
  const std::filesystem::path file = set / (drums ? "drums.jsonl" : "melodies.jsonl");
  std::ifstream in(file);
  if (!in)
    throw std::runtime_error(file.string() +
                             ": there is no such file; make the set with continuo-train data midi FOLDERS");
  std::vector<Tune> tunes;
  for (std::string line; std::getline(in, line);) {
    const symbolic::Example example = symbolic::parse_example(line);
    if (example.tracks.empty() || example.steps < 2) continue;
    Tune tune{example.item, example.split, {}, example.transposes};
    tune.events = drums ? drum_events(example) : melody_events(example, representation.settings());
    if (drums) tune.moves = {0, 0};
    tunes.push_back(std::move(tune));
  }
  if (tunes.empty()) throw std::runtime_error(file.string() + ": it holds no example");
  return tunes;
}

std::vector<int> moved(const std::vector<int>& events, int semitones, const Representation& representation) {
  std::vector<int> out = events;
  if (representation.settings().vocabulary != Vocabulary::kMelody) return out;
  for (int& event : out) {
    if (event >= 0) event = fold(event + semitones, representation.settings());
  }
  return out;
}

}  // namespace continuo::musicrnn
