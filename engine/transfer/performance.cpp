// What was played in a recording, as a model is to play it.
#include "engine/transfer/performance.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "engine/transfer/matching.h"

namespace continuo::transfer {
namespace {

constexpr float kQuietDb = 20;                  // what lies between notes is softer by up to this
constexpr float kOpenDb = -50, kCloseDb = -56;  // of the gate, beside the loudest; never below kLeastDb
constexpr float kLeastDb = -66;
constexpr double kHoldSeconds = 0.05;  // the gate stays open after the sound
constexpr double kLeastShare = 0.002;  // of the frames must be notes

// Open where there is sound: hysteresis, and a little longer.
std::vector<char> gate(std::span<const float> db, double frame_rate) {
  std::vector<char> open(db.size(), 0);
  std::vector<float> sorted(db.begin(), db.end());
  if (sorted.empty()) return open;
  const auto loud = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 99 / 100);
  std::nth_element(sorted.begin(), loud, sorted.end());
  const float opens = std::max(kLeastDb, *loud + kOpenDb), closes = std::max(kLeastDb, *loud + kCloseDb);
  const int hold = static_cast<int>(kHoldSeconds * frame_rate);
  int left = 0;
  bool sounds = false;
  for (size_t j = 0; j < db.size(); ++j) {
    sounds = db[j] >= (sounds ? closes : opens);
    left = sounds ? hold : left - 1;
    open[j] = sounds || left > 0;
  }
  return open;
}

}  // namespace

data::FeatureSpec features_of(const ddsp::Config& model) {
  data::FeatureSpec spec = data::feature_spec(model.sample_rate, model.hop);
  if (model.power_window >= 2) spec.power.window = model.power_window / 2 * 2;
  spec.power.floor_db = model.power_floor_db;
  const auto said = nlohmann::json::parse(model.pitch_json, nullptr, false);
  if (!said.is_object()) return spec;
  try {
    spec.pitch.min_hz = said.value("min_hz", spec.pitch.min_hz);
    spec.pitch.max_hz = std::min(said.value("max_hz", spec.pitch.max_hz), model.sample_rate / 4.0);
    spec.pitch.window_ms = said.value("window_ms", spec.pitch.window_ms);
    spec.pitch.voiced_below = said.value("voiced_below", spec.pitch.voiced_below);
    spec.pitch.silence_db = said.value("silence_db", spec.pitch.silence_db);
  } catch (const nlohmann::json::exception& wrong) {
    throw std::runtime_error("model " + model.name + ": its pitch tracker's settings: " + wrong.what());
  }
  return spec;
}

Performance perform(std::span<const float> audio, const ddsp::Config& model, const Fitting& fitting) {
  std::vector<float> clean(audio.begin(), audio.end());
  for (float& x : clean) x = std::isfinite(x) ? x : 0.f;
  data::Features heard = data::extract_features(clean, features_of(model));
  const size_t frames = heard.frames();
  Performance out;
  out.frame_rate_hz = model.frame_rate_hz();
  out.moments.resize(frames);
  veto_octave_jumps(heard.midi, heard.voiced, out.frame_rate_hz);
  const std::vector<char> open = gate(heard.db, out.frame_rate_hz);
  std::vector<float> confidence(frames);
  for (size_t j = 0; j < frames; ++j) confidence[j] = heard.voiced[j] ? 1 - heard.aperiodicity[j] : 0.f;
  const std::vector<float> ratio = note_ratio(confidence, heard.db, out.frame_rate_hz, model.power_floor_db);

  std::vector<float> midi, db;
  for (size_t j = 0; j < frames; ++j) {
    if (ratio[j] < 1 || !heard.voiced[j] || !open[j]) continue;
    midi.push_back(heard.midi[j]);
    db.push_back(heard.db[j]);
  }
  out.note_share = frames == 0 ? 0 : static_cast<double>(midi.size()) / static_cast<double>(frames);
  if (out.note_share < kLeastShare) {
    for (Moment& m : out.moments) m.db = model.power_floor_db;
    return out;  // silence, or nothing that has a pitch
  }
  const bool fits_octave = fitting.automatic && !fitting.octave && model.pitch_midi;
  out.octave = fits_octave ? octave_shift(midi, *model.pitch_midi) : fitting.octave.value_or(0);
  std::optional<LevelMap> levels;
  if (fitting.automatic && model.note_power_db) levels.emplace(db, *model.note_power_db);
  std::nth_element(db.begin(), db.begin() + static_cast<std::ptrdiff_t>(db.size() / 2), db.end());
  const float median = db[db.size() / 2];
  out.level_db = (levels ? levels->at(median) - median : 0) + fitting.gain_db;

  size_t sounding = 0, strange = 0, loud = 0;
  for (size_t j = 0; j < frames; ++j) {
    Moment& m = out.moments[j];
    m.midi = heard.midi[j] + 12 * static_cast<float>(out.octave);
    m.sounds = open[j] != 0;
    if (!m.sounds) {
      m.db = model.power_floor_db;
      continue;
    }
    m.db = levels ? levels->at(heard.db[j]) : heard.db[j];
    if (fitting.automatic) m.db -= kQuietDb * (1 - std::min(1.f, ratio[j]));
    m.db = std::max(model.power_floor_db, m.db + fitting.gain_db);
    ++sounding;
    if (model.pitch_midi && (m.midi < model.pitch_midi->p1 || m.midi > model.pitch_midi->p99)) ++strange;
    if (model.note_power_db && m.db > model.note_power_db->p95 + 3) ++loud;
  }
  out.out_of_pitch = static_cast<double>(strange) / static_cast<double>(std::max<size_t>(1, sounding));
  out.loud = static_cast<double>(loud) / static_cast<double>(std::max<size_t>(1, sounding));
  return out;
}

}  // namespace continuo::transfer
