#include "models/data/notes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace continuo::data {
namespace {

constexpr std::size_t kOnsetFrames = 30;
constexpr std::size_t kReleaseFrames = 150;
constexpr float kSilence_db = -60;  // relative; where a release ends
// A fall by 40 dB in fewer frames is the editor's knife (or our fade), not the player's release.
constexpr std::size_t kCutFrames = 8;
constexpr float kNextNote_db = 6;  // a rise by so much ends a release
constexpr std::size_t kJoinedFrames =
    3;                          // after its end a note is as loud as ever: the next one is tied to it
constexpr float kSplit = 0.7f;  // semitones
constexpr std::size_t kSplitFrames = 6;

float median(std::vector<float> values) {
  return quantile(std::move(values), 50);
}

// Frames of the note in which it is held: 0.2 s (or a quarter) after the onset to as much before the end.
std::pair<std::size_t, std::size_t> held(const Note& note) {
  const std::size_t edge = std::min<std::size_t>(20, (note.end - note.begin) / 4);
  return {note.begin + edge, note.end - edge};
}

void close_note(std::span<const float> midi, std::span<const float> db, std::size_t begin, std::size_t end,
                std::size_t shortest, std::vector<Note>& notes) {
  if (end - begin < shortest) return;
  Note note;
  note.begin = begin;
  note.end = end;
  const auto [from, to] = held(note);
  note.midi = median(
      {midi.begin() + static_cast<std::ptrdiff_t>(from), midi.begin() + static_cast<std::ptrdiff_t>(to)});
  note.sustain_db =
      median({db.begin() + static_cast<std::ptrdiff_t>(from), db.begin() + static_cast<std::ptrdiff_t>(to)});
  notes.push_back(note);
}

struct Line {
  float mean = 0, slope = 0;  // slope a frame
};

Line fit_line(std::span<const float> y) {
  const double n = static_cast<double>(y.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double x = static_cast<double>(i) - (n - 1) / 2;
    sx += x;
    sy += y[i];
    sxx += x * x;
    sxy += x * y[i];
  }
  return {static_cast<float>(sy / n), sxx > 0 ? static_cast<float>(sxy / sxx) : 0.f};
}

struct Fluctuation {
  float deviation = 0;  // standard
  float crossings = 0;  // a frame
};

Fluctuation fluctuation_of(std::span<const float> y, const Line& line) {
  double squares = 0;
  int crossings = 0;
  float last = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float x = static_cast<float>(i) - (static_cast<float>(y.size()) - 1) / 2;
    const float rest = y[i] - line.mean - line.slope * x;
    squares += rest * rest;
    if (rest * last < 0) ++crossings;
    if (rest != 0) last = rest;
  }
  const auto n = static_cast<double>(y.size());
  return {static_cast<float>(std::sqrt(squares / n)), static_cast<float>(crossings / n)};
}

// Frames from the last one within 6 dB of the sustained power on, until the next note begins; empty when the
// note is cut off.
std::vector<float> release_of(const NoteView& view) {
  std::size_t off = view.note.begin;
  for (std::size_t j = view.note.begin; j < view.note.end; ++j) {
    if (view.db[j] > view.note.sustain_db - 6) off = j;
  }
  std::vector<float> release;
  std::size_t until_40 = 0;
  float lowest = 0;
  for (std::size_t j = off; j < view.db.size() && release.size() < kReleaseFrames; ++j) {
    const float fall = view.db[j] - view.db[off];
    if (fall > lowest + kNextNote_db) break;
    if (j >= view.note.end + kJoinedFrames && fall > -6) return {};
    lowest = std::min(lowest, fall);
    release.push_back(std::max(fall, kSilence_db));
    if (fall > -40) until_40 = release.size();
    if (fall <= kSilence_db || view.db[j] <= -79) break;
  }
  if (until_40 < kCutFrames || release.back() > -35) return {};  // cut, or joined to the next note
  release.resize(kReleaseFrames, kSilence_db);
  return release;
}

}  // namespace

float quantile(std::vector<float> values, double percent) {
  if (values.empty()) throw std::invalid_argument("quantile: no values");
  std::sort(values.begin(), values.end());
  const double at = percent / 100 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + static_cast<float>(at - static_cast<double>(low)) * (values[high] - values[low]);
}

std::vector<Note> find_notes(std::span<const float> midi, std::span<const float> db,
                             std::span<const char> voiced, std::size_t shortest) {
  std::vector<Note> notes;
  if (db.empty()) return notes;
  const float threshold = std::max(-50.f, *std::max_element(db.begin(), db.end()) - 40.f);
  std::size_t begin = 0, astray = 0;
  bool sounding = false;
  float pitch = 0;  // of the note so far, slowly followed
  for (std::size_t j = 0; j < db.size(); ++j) {
    if (db[j] < threshold) {
      if (sounding) close_note(midi, db, begin, j, shortest, notes);
      sounding = false;
      continue;
    }
    if (!sounding) {
      sounding = true;
      begin = j;
      pitch = 0;
      astray = 0;
    }
    if (!voiced[j]) continue;
    if (pitch == 0) pitch = midi[j];
    if (std::fabs(midi[j] - pitch) > kSplit) {
      if (++astray >= kSplitFrames) {
        close_note(midi, db, begin, j + 1 - astray, shortest, notes);
        begin = j + 1 - astray;
        pitch = midi[j];
        astray = 0;
      }
    } else {
      astray = 0;
      pitch += 0.1f * (midi[j] - pitch);
    }
  }
  if (sounding) close_note(midi, db, begin, db.size(), shortest, notes);
  return notes;
}

NoteShapes mean_shapes(std::span<const NoteView> notes, double frame_rate) {
  if (notes.empty()) throw std::invalid_argument("note shapes: no notes");
  std::vector<float> sustain, drift, deviation_db, deviation_cents, rate;
  std::vector<std::vector<float>> onset_db(kOnsetFrames), onset_cents(kOnsetFrames), release(kReleaseFrames);
  for (const NoteView& view : notes) {
    const Note& note = view.note;
    const auto [from, to] = held(note);
    const auto db = view.db.subspan(from, to - from), midi = view.midi.subspan(from, to - from);
    const Line power = fit_line(db), pitch = fit_line(midi);
    const Fluctuation of_power = fluctuation_of(db, power), of_pitch = fluctuation_of(midi, pitch);
    sustain.push_back(note.sustain_db);
    drift.push_back(power.slope * static_cast<float>(frame_rate));
    deviation_db.push_back(of_power.deviation);
    deviation_cents.push_back(100 * of_pitch.deviation);
    rate.push_back(of_power.crossings / 2 * static_cast<float>(frame_rate));
    for (std::size_t i = 0; i < kOnsetFrames && note.begin + i < note.end; ++i) {
      onset_db[i].push_back(view.db[note.begin + i] - note.sustain_db);
      const float cents = 100 * (view.midi[note.begin + i] - note.midi);
      if (view.voiced[note.begin + i] && std::fabs(cents) < 150) onset_cents[i].push_back(cents);
    }
    const auto fall = release_of(view);
    for (std::size_t i = 0; i < fall.size(); ++i) release[i].push_back(fall[i]);
  }

  NoteShapes shapes;
  shapes.notes = static_cast<int>(notes.size());
  shapes.centre_db = median(sustain);
  shapes.sustain_drift_db_per_s = median(drift);
  shapes.fluctuation_db = median(deviation_db);
  shapes.fluctuation_cents = median(deviation_cents);
  shapes.fluctuation_hz = median(rate);
  for (std::size_t i = 0; i < kOnsetFrames && !onset_db[i].empty(); ++i) {
    shapes.onset_db.push_back(median(onset_db[i]));
    shapes.onset_cents.push_back(onset_cents[i].empty() ? NAN : median(onset_cents[i]));
  }
  // The first frames may have no pitch yet: they take the first one read.
  float known = 0;
  for (std::size_t i = shapes.onset_cents.size(); i-- > 0;) {
    if (std::isfinite(shapes.onset_cents[i])) known = shapes.onset_cents[i];
    shapes.onset_cents[i] = known;
  }
  float lowest = 0;
  for (std::size_t i = 0; i < kReleaseFrames && !release[i].empty(); ++i) {
    lowest = std::min(lowest, median(release[i]));
    shapes.release_db.push_back(lowest);
    if (lowest <= kSilence_db) break;
  }
  return shapes;
}

}  // namespace continuo::data
