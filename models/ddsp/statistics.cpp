#include "models/ddsp/statistics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/data/notes.h"

namespace continuo::ddsp {
namespace {

using data::NoteView;
using nlohmann::json;

constexpr std::size_t kRegisters = 3;
constexpr std::size_t kLeastNotes = 4;  // of a register's level

double rounded(double value) {
  return std::round(value * 100) / 100;
}  // prints short

json rounded_list(const std::vector<float>& values) {
  json list = json::array();
  for (const float v : values) list.push_back(rounded(v));
  return list;
}

json quantiles(const std::vector<float>& values, std::initializer_list<int> percents) {
  json object;
  for (const int p : percents)
    object[std::string("p").append(std::to_string(p))] = rounded(data::quantile(values, p));
  return object;
}

json power_quantiles(std::span<const NoteView> notes) {
  std::vector<float> db;
  for (const NoteView& view : notes) {
    const std::size_t edge = std::min<std::size_t>(20, (view.note.end - view.note.begin) / 4);
    for (std::size_t j = view.note.begin + edge; j < view.note.end - edge; ++j) db.push_back(view.db[j]);
  }
  return quantiles(db, {5, 10, 25, 50, 75, 90, 95});
}

json level_json(std::span<const NoteView> notes, double frame_rate, const std::vector<float>& other_release) {
  const data::NoteShapes shapes = data::mean_shapes(notes, frame_rate);
  json level;
  level["centre_db"] = rounded(shapes.centre_db);
  level["notes"] = shapes.notes;
  level["onset_db"] = rounded_list(shapes.onset_db);
  level["onset_cents"] = rounded_list(shapes.onset_cents);
  level["sustain_drift_db_per_s"] = rounded(shapes.sustain_drift_db_per_s);
  level["fluctuation_db"] = rounded(shapes.fluctuation_db);
  level["fluctuation_cents"] = rounded(shapes.fluctuation_cents);
  level["fluctuation_hz"] = rounded(shapes.fluctuation_hz);
  level["release_db"] = rounded_list(shapes.release_db.empty() ? other_release : shapes.release_db);
  return level;
}

}  // namespace

json describe(std::span<const Clip> clips, double frame_rate) {
  std::vector<NoteView> notes;
  std::vector<float> pitch;
  for (const Clip& clip : clips) {
    for (const data::Note& note :
         data::find_notes(clip.midi, clip.db, clip.voiced, static_cast<std::size_t>(0.3 * frame_rate))) {
      notes.push_back({clip.midi, clip.db, clip.voiced, note});
      for (std::size_t j = note.begin; j < note.end; ++j) {
        if (clip.voiced[j]) pitch.push_back(clip.midi[j]);
      }
    }
  }
  if (notes.empty() || pitch.empty())
    throw std::runtime_error("the recordings hold no note of 0.3 s or more");
  std::sort(notes.begin(), notes.end(),
            [](const NoteView& a, const NoteView& b) { return a.note.midi < b.note.midi; });

  json result;
  result["statistics"]["pitch_midi"] = quantiles(pitch, {1, 5, 50, 95, 99});
  result["statistics"]["note_power_db"] = power_quantiles(notes);
  std::vector<float> release = data::mean_shapes(notes, frame_rate).release_db;
  if (release.empty()) {  // every recording is cut short: a plain fall of 60 dB in a tenth of a second
    const int frames = std::max(1, static_cast<int>(frame_rate / 10));
    for (int i = 0; i <= frames; ++i)
      release.push_back(-60.f * static_cast<float>(i) / static_cast<float>(frames));
  }
  json registers = json::array();
  const std::size_t count = std::clamp<std::size_t>(notes.size() / (2 * kLeastNotes), 1, kRegisters);
  for (std::size_t r = 0; r < count; ++r) {
    const std::size_t from = notes.size() * r / count, to = notes.size() * (r + 1) / count;
    std::vector<NoteView> part(notes.begin() + static_cast<std::ptrdiff_t>(from),
                               notes.begin() + static_cast<std::ptrdiff_t>(to));
    json entry;
    entry["centre_midi"] = rounded(part[part.size() / 2].note.midi);
    if (!registers.empty() && entry["centre_midi"] <= registers.back()["centre_midi"]) continue;
    entry["note_power_db"] = power_quantiles(part);
    std::sort(part.begin(), part.end(),
              [](const NoteView& a, const NoteView& b) { return a.note.sustain_db < b.note.sustain_db; });
    entry["levels"] = json::array();
    if (part.size() >= 2 * kLeastNotes) {
      const auto all = std::span(part);
      entry["levels"].push_back(level_json(all.first(part.size() / 2), frame_rate, release));
      json loud = level_json(all.subspan(part.size() / 2), frame_rate, release);
      if (loud["centre_db"] > entry["levels"][0]["centre_db"]) entry["levels"].push_back(std::move(loud));
    } else {
      entry["levels"].push_back(level_json(part, frame_rate, release));
    }
    registers.push_back(std::move(entry));
  }
  result["notes"]["registers"] = std::move(registers);
  return result;
}

}  // namespace continuo::ddsp
