// Examples for both tiers.
#include "models/song/examples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

namespace continuo::song {
namespace {

constexpr double kLead_s = 0.1;  // of rest before the first note
constexpr double kLastRest_s = 0.6;

float quantile(std::vector<float> values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + static_cast<float>(at - static_cast<double>(low)) * (values[high] - values[low]);
}

// How far the notes lie off the keyboard, semitones: their mean direction on the circle of a semitone.
float tuning_of(const std::vector<SungNote>& notes) {
  std::complex<double> sum;
  for (const SungNote& note : notes)
    sum += static_cast<double>(note.end - note.begin) * std::polar(1.0, 2 * M_PI * double(note.midi));
  return static_cast<float>(std::arg(sum) / (2 * M_PI));
}

// The major scale that holds most of what is sung.
int tonic_of(const std::vector<SungNote>& notes, const std::vector<int>& pitches) {
  constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
  std::array<double, 12> votes{};
  for (std::size_t i = 0; i < notes.size(); ++i) {
    for (const int degree : kMajor)
      votes[static_cast<std::size_t>(((pitches[i] - degree) % 12 + 12) % 12)] +=
          static_cast<double>(notes[i].end - notes[i].begin);
  }
  return static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

struct Register {
  float centre, half;
};

Register register_of(const std::vector<int>& pitches) {
  const std::vector<float> values(pitches.begin(), pitches.end());
  const float low = quantile(values, 0.05), high = quantile(values, 0.95);
  return {0.5f * (low + high), std::max(4.0f, 0.5f * (high - low))};
}

// The curve at the model's rate: the pitch without holes, tuned; the level as a mean of its frames.
struct Frames {
  std::vector<float> pitch, db;
  std::vector<char> voiced;
};

Frames resampled(const Curve& curve, double rate, float tuning) {
  Frames out;
  const double step = curve.frame_rate / rate;
  float pitch = 0;
  for (const float m : curve.midi) {
    if (m > 0) {
      pitch = m - tuning;
      break;
    }
  }
  for (std::size_t j = 0;; ++j) {
    const auto at = static_cast<std::size_t>(std::lround(static_cast<double>(j) * step));
    if (at >= curve.frames()) break;
    const float midi = curve.midi[at];
    if (midi > 0) pitch = midi - tuning;
    out.pitch.push_back(pitch);
    out.voiced.push_back(midi > 0);
    const std::size_t next = std::min(at + 1, curve.frames() - 1);
    out.db.push_back(step > 1.5 ? 0.5f * (curve.db[at] + curve.db[next]) : curve.db[at]);
  }
  return out;
}

}  // namespace

Example make_example(const Curve& curve, int frame_rate) {
  Example out;
  const std::vector<SungNote> notes = find_notes(curve);
  if (notes.size() < 4) return out;
  const float tuning = tuning_of(notes);
  std::vector<int> pitches;
  for (const SungNote& note : notes) pitches.push_back(static_cast<int>(std::lround(note.midi - tuning)));
  const int tonic = tonic_of(notes, pitches);
  const Register reg = register_of(pitches);
  const auto place = [&](int pitch) { return (static_cast<float>(pitch) - reg.centre) / reg.half; };
  const auto seconds = [&](std::size_t frames) { return static_cast<double>(frames) / curve.frame_rate; };
  const auto rest_after = [&](std::size_t i) {
    return i + 1 < notes.size() ? seconds(notes[i + 1].begin - notes[i].end) : kLastRest_s;
  };

  NoteInput input;
  input.technique = notes[0].technique;
  std::size_t phrase = 0;
  std::vector<std::size_t> phrase_of;  // the first note of each one's phrase
  int last = static_cast<int>(std::lround(reg.centre));
  input.degree = ((last - tonic) % 12 + 12) % 12;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    if (i > 0 && rest_after(i - 1) >= kBreath_s) phrase = i;
    phrase_of.push_back(phrase);
    NoteExample example;
    input.phrase_s = static_cast<float>(seconds(notes[i].begin - notes[phrase].begin));
    input.phrase_notes = static_cast<float>(i - phrase);
    example.input = input;
    example.technique = notes[i].technique;
    example.interval = std::clamp(pitches[i] - last, -kLargestInterval, kLargestInterval) + kLargestInterval;
    example.length = length_class(seconds(notes[i].end - notes[i].begin));
    example.gap = gap_class(rest_after(i));
    out.notes.push_back(example);
    last = pitches[i];
    input.interval = example.interval;
    input.length = example.length;
    input.gap = example.gap;
    input.technique = example.technique;
    input.degree = ((last - tonic) % 12 + 12) % 12;
    input.place = place(last);
  }

  const Frames frames = resampled(curve, frame_rate, tuning);
  const double lead = std::max(0.0, seconds(notes[0].begin) - kLead_s);
  const auto first = static_cast<std::size_t>(std::lround(lead * frame_rate));
  std::size_t i = 0;
  for (std::size_t j = first; j < frames.pitch.size(); ++j) {
    const double t = static_cast<double>(j) / frame_rate;
    while (i + 1 < notes.size() && t >= seconds(notes[i + 1].begin)) ++i;
    if (i + 1 == notes.size() && t > seconds(notes[i].end) + kLastRest_s) break;
    const SungNote& note = notes[i];
    FrameExample example;
    FrameInput& f = example.input;
    const float pitch = static_cast<float>(pitches[i]);
    const std::size_t one = j > first ? j - 1 : j, two = j > first + 1 ? j - 2 : one;
    f.deviation = frames.pitch[one] - pitch;
    f.deviation_before = frames.pitch[two] - pitch;
    f.db = j > first ? frames.db[one] : -80;
    f.db_before = j > first + 1 ? frames.db[two] : -80;
    f.voiced = j > first && frames.voiced[one];
    const bool before_first = t < seconds(note.begin);
    f.sounding = !before_first && t < seconds(note.end);
    f.since = before_first ? 0 : static_cast<float>(t - seconds(note.begin));
    f.left = static_cast<float>(seconds(note.end) - t);
    f.rest_since = before_first ? 1 : static_cast<float>(t - seconds(note.end));
    const double next = before_first           ? seconds(note.begin)
                        : i + 1 < notes.size() ? seconds(notes[i + 1].begin)
                                               : seconds(note.end) + kLastRest_s;
    f.rest_left = static_cast<float>(next - t);
    f.length_s = static_cast<float>(seconds(note.end - note.begin));
    f.joined_before = i > 0 && gap_class(rest_after(i - 1)) == 0;
    f.joined_after = i + 1 < notes.size() && gap_class(rest_after(i)) == 0;
    if (f.joined_before) f.from = static_cast<float>(pitches[i - 1] - pitches[i]);
    if (f.joined_after) f.to = static_cast<float>(pitches[i + 1] - pitches[i]);
    f.place = place(pitches[i]);
    f.phrase_s = static_cast<float>(std::max(0.0, t - seconds(notes[phrase_of[i]].begin)));
    f.technique = note.technique;
    example.voiced = frames.voiced[j] != 0;
    example.deviation = deviation_class(frames.pitch[j] - pitch);
    example.level = level_class(frames.db[j]);
    out.frames.push_back(example);
  }
  return out;
}

void describe(const std::vector<Curve>& curves, const std::vector<std::string>& techniques, Config& config) {
  std::vector<float> pitch, level, halves;
  std::vector<double> share(techniques.size(), 0);
  double sounding = 0, all = 0;
  for (const Curve& curve : curves) {
    const std::vector<SungNote> notes = find_notes(curve);
    if (notes.empty()) continue;
    std::vector<int> pitches;
    for (const SungNote& note : notes) {
      pitches.push_back(static_cast<int>(std::lround(note.midi)));
      share[std::min<std::size_t>(note.technique, share.size() - 1)] += 1;
      sounding += static_cast<double>(note.end - note.begin);
      for (std::size_t j = note.begin; j < note.end; ++j) {
        if (curve.midi[j] > 0) pitch.push_back(curve.midi[j]);
        level.push_back(curve.db[j]);
      }
    }
    all += static_cast<double>(notes.back().end - notes.front().begin);
    halves.push_back(register_of(pitches).half);
  }
  const Measures measured = measure(curves);
  Statistics& s = config.statistics;
  if (!pitch.empty()) {
    s.pitch_low = quantile(pitch, 0.01);
    s.pitch_high = quantile(pitch, 0.99);
    s.half_range = quantile(halves, 0.5);
    for (const double q : {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95}) s.level_db.push_back(quantile(level, q));
  }
  s.notes_a_minute = static_cast<float>(measured.notes_a_minute());
  s.phrase_s = static_cast<float>(measured.median_phrase_s);
  s.longest_note_s = static_cast<float>(measured.longest_note_s);
  s.rest_share = all > 0 ? static_cast<float>(1 - sounding / all) : 0;
  s.histograms = measured.histograms;
  config.techniques.clear();
  double sum = 0;
  for (const double n : share) sum += n;
  for (std::size_t i = 0; i < techniques.size(); ++i)
    config.techniques.push_back({techniques[i], sum > 0 ? static_cast<float>(share[i] / sum) : 0});
}

}  // namespace continuo::song
