// Single notes for NSynth.
#include "models/data/audio/note_items.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <regex>

#include "models/data/notes.h"

namespace continuo::data {

namespace {

constexpr double kLead_s = 0.01, kFade_s = 0.1, kShortest_s = 0.15;
constexpr double kNamed = 0.6;   // semitones that a named pitch may be off
constexpr double kSteady = 1.0;  // semitones between the 10th and 90th percentile
constexpr double kLeastVoiced = 0.5;

std::string text(const char* format, double a, double b = 0) {
  char out[200];
  std::snprintf(out, sizeof out, format, a, b);
  return out;
}

std::vector<float> cut_note(const std::vector<float>& audio, std::size_t begin, std::size_t end,
                            std::size_t length, double rate) {
  std::vector<float> note(length, 0.f);
  end = std::min({end, begin + length, audio.size()});
  std::copy(audio.begin() + static_cast<std::ptrdiff_t>(begin),
            audio.begin() + static_cast<std::ptrdiff_t>(end), note.begin());
  const std::size_t count = end - begin, fade = std::min(count, static_cast<std::size_t>(kFade_s * rate));
  if (end == audio.size() && count < length) return note;  // it has faded by itself
  for (std::size_t i = 0; i < fade; ++i) {
    const double x = std::numbers::pi * static_cast<double>(i) / static_cast<double>(fade);
    note[count - 1 - i] *= static_cast<float>(0.5 - 0.5 * std::cos(x));
  }
  return note;
}

// A scooped or noisy attack, or a slip of the tracker, is no note of its own: it joins the one that follows
// without a new onset.
std::vector<Note> joined_notes(const std::vector<Note>& notes, const Features& features, double frame_rate) {
  constexpr double kAttack_s = 0.35;
  constexpr float kSamePitch = 0.7f, kOnset_db = 6;
  const auto rises = [&](std::size_t at) {
    const std::size_t from = at - std::min<std::size_t>(at, 5), to = std::min(features.frames(), at + 8);
    float lowest = 0, rise = 0;
    for (std::size_t j = from; j < to; ++j) {
      lowest = std::min(lowest, features.db[j]);
      rise = std::max(rise, features.db[j] - lowest);
    }
    return rise > kOnset_db;
  };
  std::vector<Note> out;
  for (const Note& note : notes) {
    if (!out.empty() && note.begin <= out.back().end + 2 && !rises(note.begin)) {
      Note& before = out.back();
      const bool attack = static_cast<double>(before.end - before.begin) < kAttack_s * frame_rate;
      if (attack || std::abs(before.midi - note.midi) < kSamePitch) {
        before.end = note.end;
        if (attack) before.midi = note.midi;
        continue;
      }
    }
    out.push_back(note);
  }
  return out;
}

// What the tracker heard in a note's frames.
struct Heard {
  double midi = 0, range = 0, voiced = 0, level_db = -80;
};

Heard hear(const Features& features, std::size_t begin, std::size_t end) {
  std::vector<float> pitches;
  double sounding = 0;
  Heard heard;
  for (std::size_t j = begin; j < end; ++j) {
    heard.level_db = std::max<double>(heard.level_db, features.db[j]);
    if (features.db[j] <= -60) continue;
    ++sounding;
    if (features.voiced[j]) pitches.push_back(features.midi[j]);
  }
  if (pitches.empty()) return heard;
  heard.midi = quantile(pitches, 50);
  heard.range = quantile(pitches, 90) - quantile(pitches, 10);
  heard.voiced = static_cast<double>(pitches.size()) / sounding;
  return heard;
}

void judge(const Heard& heard, const Known& known, bool isolated, Item& item) {
  const bool sure = heard.voiced >= kLeastVoiced;
  if (!isolated) item.faults.push_back({"isolated", 0, 1, "the note before it still sounds when it begins"});
  if (!sure && !known.midi) {
    item.faults.push_back({"voiced_share", heard.voiced, kLeastVoiced,
                           text("no steady pitch: %.0f %% of what sounds has one", 100 * heard.voiced)});
  }
  if (sure && heard.range > kSteady)
    item.faults.push_back(
        {"pitch_steady", heard.range, kSteady,
         text("the pitch moves by %.1f semitones: more than one note, or a glide", heard.range)});
  if (sure && known.midi && std::abs(heard.midi - *known.midi) > kNamed)
    item.faults.push_back({"pitch_name", heard.midi, *known.midi,
                           text("sounds at MIDI %.1f, but is named %.0f", heard.midi, *known.midi)});
}

}  // namespace

Known known_from_name(const std::string& stem) {
  static const std::regex form("-([0-9]{3})-([0-9]{3})$");
  std::smatch found;
  Known known;
  if (!std::regex_search(stem, found, form)) return known;
  const int pitch = std::stoi(found[1]), velocity = std::stoi(found[2]);
  if (pitch > 127 || velocity < 1 || velocity > 127) return known;
  known.midi = pitch;
  known.velocity = velocity;
  return known;
}

int velocity_of(double level_db, double loudest_db) {
  return static_cast<int>(
      std::clamp(std::round(127 * std::pow(10.0, (level_db - loudest_db) / 40)), 1.0, 127.0));
}

std::vector<Piece> note_pieces(const Piece& stretch, const Known& given, const Desk& desk) {
  const double rate = desk.spec.pitch.sample_rate;
  const auto hop = static_cast<std::size_t>(desk.spec.pitch.hop);
  const Features features = extract_features(stretch.audio, desk.spec);
  const auto shortest = static_cast<std::size_t>(kShortest_s * rate) / hop;
  std::vector<Note> notes = joined_notes(find_notes(features.midi, features.db, features.voiced, shortest),
                                         features, rate / desk.spec.pitch.hop);
  if (notes.empty()) notes.push_back({0, features.frames(), 0, -80});

  Known known = given;
  if (!known.midi) {
    const Known named = known_from_name(std::filesystem::path(stretch.item.file).stem().string());
    known.midi = named.midi;
    if (!known.velocity) known.velocity = named.velocity;
  }
  // A file that is named after its note holds one.
  if (known.midi)
    notes = {{notes.front().begin, features.frames(), notes.front().midi, notes.front().sustain_db}};
  const auto length = static_cast<std::size_t>(std::lround(desk.options.note_s * rate));
  const auto lead = static_cast<std::size_t>(kLead_s * rate);
  std::vector<Piece> pieces;
  for (std::size_t n = 0; n < notes.size(); ++n) {
    const std::size_t onset = notes[n].begin * hop, begin = onset - std::min(onset, lead);
    const bool last = n + 1 == notes.size();
    const std::size_t end = last ? stretch.audio.size() : notes[n + 1].begin * hop;
    Piece piece;
    piece.item = stretch.item;
    piece.audio = cut_note(stretch.audio, begin, end, length, rate);
    const double at = stretch.item.begin_s + static_cast<double>(begin) / rate;
    piece.item.begin_s = at;
    piece.item.end_s = at + static_cast<double>(std::min(length, end - begin)) / rate;
    const std::size_t until = std::min({notes[n].end, features.frames(), notes[n].begin + length / hop});
    const Heard heard = hear(features, notes[n].begin, until);
    judge(heard, known, n == 0, piece.item);
    const bool heard_well = heard.voiced >= kLeastVoiced;
    const double pitch = known.midi ? *known.midi : heard_well ? std::round(heard.midi) : -1;
    if (pitch >= 0) piece.item.details["pitch"] = static_cast<int>(std::lround(pitch));
    if (heard_well) piece.item.details["cents"] = std::round(100 * (heard.midi - std::round(pitch)));
    piece.item.details["level_db"] = std::round(heard.level_db * 10) / 10;
    if (known.velocity) piece.item.details["velocity"] = *known.velocity;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace continuo::data
