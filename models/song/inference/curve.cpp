// Notes of a curve.
#include "models/song/inference/curve.h"

#include <algorithm>
#include <cmath>

namespace continuo::song {
namespace {

constexpr float kSilence_db = -50, kBelowLoudest_db = 35;
constexpr float kSplit_semitones = 0.7f, kDip_db = 5;
constexpr double kSplit_s = 0.06, kShortest_s = 0.07, kDipReach_s = 0.12, kTrill_s = 0.13, kGlide_s = 0.13;

struct Run {
  std::size_t begin, end;
};

float median(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The pitch of a run without holes: unvoiced frames take the last pitch, or the first to come.
std::vector<float> filled(const Curve& curve, const Run& run) {
  std::vector<float> midi(curve.midi.begin() + static_cast<std::ptrdiff_t>(run.begin),
                          curve.midi.begin() + static_cast<std::ptrdiff_t>(run.end));
  float last = 0;
  for (const float m : midi) {
    if (m > 0) {
      last = m;
      break;
    }
  }
  for (float& m : midi) m = last = m > 0 ? m : last;
  return midi;
}

float pitch_of(const std::vector<float>& midi, const Run& run, std::size_t offset) {
  const std::size_t edge = (run.end - run.begin) / 4;
  return median({midi.begin() + static_cast<std::ptrdiff_t>(run.begin - offset + edge),
                 midi.begin() + static_cast<std::ptrdiff_t>(run.end - offset - edge)});
}

// Where two syllables meet: the least of the level, 5 dB below both sides.
std::vector<std::size_t> dips(const Curve& curve, const Run& run) {
  std::vector<std::size_t> found;
  const auto reach = static_cast<std::size_t>(kDipReach_s * curve.frame_rate);
  for (std::size_t i = run.begin + 2; i + 2 < run.end; ++i) {
    const float here = curve.db[i];
    const std::size_t from = std::max(run.begin, i - std::min(i, reach)),
                      to = std::min(run.end, i + reach + 1);
    const auto at = [&](std::size_t j) { return curve.db.begin() + static_cast<std::ptrdiff_t>(j); };
    if (*std::min_element(at(from), at(to)) < here) continue;
    if (*std::max_element(at(from), at(i)) < here + kDip_db ||
        *std::max_element(at(i), at(to)) < here + kDip_db)
      continue;
    if (found.empty() || i > found.back() + reach / 2) found.push_back(i);
  }
  return found;
}

// Where the pitch goes to another note.
std::vector<std::size_t> leaps(const std::vector<float>& midi, const Run& run, double frame_rate) {
  std::vector<std::size_t> found;
  const auto patience = static_cast<std::size_t>(std::lround(kSplit_s * frame_rate));
  const float follow = static_cast<float>(10 / frame_rate);
  float pitch = midi.empty() ? 0 : midi[0];
  std::size_t astray = 0;
  for (std::size_t i = 0; i < midi.size(); ++i) {
    if (std::abs(midi[i] - pitch) <= kSplit_semitones) {
      astray = 0;
      pitch += follow * (midi[i] - pitch);
    } else if (++astray >= patience) {
      found.push_back(run.begin + i + 1 - astray);
      pitch = midi[i];
      astray = 0;
    }
  }
  return found;
}

void join_trills(std::vector<SungNote>& notes, double frame_rate) {
  const auto seconds = [&](const SungNote& n) { return static_cast<double>(n.end - n.begin) / frame_rate; };
  std::vector<SungNote> out;
  for (std::size_t i = 0; i < notes.size();) {
    // A, B, A, B ... each short, by at most 2.5 semitones; the first may be held a little.
    std::size_t last = i;
    while (last + 1 < notes.size() && notes[last + 1].begin == notes[last].end &&
           std::abs(notes[last + 1].midi - notes[last].midi) < 2.6f && seconds(notes[last + 1]) < kTrill_s &&
           (last == i || std::abs(notes[last + 1].midi - notes[last - 1].midi) < 0.8f))
      ++last;
    SungNote note = notes[i];
    if (last - i >= 3) {
      note.end = notes[last].end;
      note.midi = std::min(note.midi, notes[i + 1].midi);
      i = last;
      // What comes after may be the tail of the same note.
      if (i + 1 < notes.size() && notes[i + 1].begin == note.end &&
          std::abs(notes[i + 1].midi - note.midi) < 0.6f)
        note.end = notes[++i].end;
    }
    out.push_back(note);
    ++i;
  }
  notes = std::move(out);
}

}  // namespace

std::vector<SungNote> find_notes(const Curve& curve) {
  std::vector<SungNote> notes;
  if (curve.frames() == 0) return notes;
  const float loudest = *std::max_element(curve.db.begin(), curve.db.end());
  const float threshold = std::max(kSilence_db, loudest - kBelowLoudest_db);
  const auto shortest = static_cast<std::size_t>(std::lround(kShortest_s * curve.frame_rate));
  const auto glide = static_cast<std::size_t>(std::lround(kGlide_s * curve.frame_rate));
  for (std::size_t i = 0; i < curve.frames();) {
    if (curve.db[i] < threshold) {
      ++i;
      continue;
    }
    Run run{i, i};
    while (run.end < curve.frames() && curve.db[run.end] >= threshold) ++run.end;
    i = run.end;
    if (run.end - run.begin < shortest) continue;
    const std::vector<float> midi = filled(curve, run);
    if (midi.front() <= 0) continue;  // nothing in it has a pitch
    std::vector<std::size_t> cuts = leaps(midi, run, curve.frame_rate);
    for (const std::size_t dip : dips(curve, run)) {
      const bool near = std::any_of(cuts.begin(), cuts.end(), [&](std::size_t c) {
        return std::max(c, dip) - std::min(c, dip) < shortest;
      });
      if (!near) cuts.push_back(dip);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.push_back(run.end);
    std::vector<SungNote> part;
    std::size_t begin = run.begin;
    for (const std::size_t cut : cuts) {
      if (cut <= begin) continue;
      const Run one{begin, cut};
      const float first = midi[begin - run.begin], final = midi[cut - 1 - run.begin];
      const bool on_the_way = cut - begin <= glide && std::abs(final - first) > 0.9f;
      begin = cut;
      if (one.end - one.begin < shortest || on_the_way) {
        part.push_back({one.begin, one.end, 0, 0});  // no note; its neighbours share it
        continue;
      }
      part.push_back(
          {one.begin, one.end, pitch_of(midi, one, run.begin),
           curve.technique.empty() ? std::uint8_t{0} : curve.technique[(one.begin + one.end) / 2]});
    }
    std::vector<SungNote> kept;
    for (std::size_t p = 0; p < part.size(); ++p) {
      if (part[p].midi > 0) {
        kept.push_back(part[p]);
      } else {
        std::size_t q = p;
        while (q + 1 < part.size() && part[q + 1].midi <= 0) ++q;
        const std::size_t half = part[p].begin + (part[q].end - part[p].begin) / 2;
        const bool before = !kept.empty(), after = q + 1 < part.size();
        if (before) kept.back().end = after ? half : part[q].end;
        if (after) part[q + 1].begin = before ? half : part[p].begin;
        p = q;
      }
    }
    // A vibrato's swing may cut a note in two of one pitch; only a dip does that rightly.
    notes.insert(notes.end(), kept.begin(), kept.end());
  }
  join_trills(notes, curve.frame_rate);
  return notes;
}

int length_class(double seconds) noexcept {
  const double x =
      std::log(std::max(seconds, 1e-3) / kShortestNote_s) / std::log(kLongestNote_s / kShortestNote_s);
  return std::clamp(static_cast<int>(std::floor(x * kLengths)), 0, kLengths - 1);
}

double length_border(int border) noexcept {
  return kShortestNote_s * std::pow(double(kLongestNote_s) / kShortestNote_s, double(border) / kLengths);
}

// A length is known to half a frame: its count is spread over the classes that it may lie in. Counted whole,
// curves of 50 frames a second would fill some classes with three lengths and others with two.
void add_length(double seconds, double frame_s, Histograms& histograms) {
  const double from = seconds - 0.5 * frame_s, to = seconds + 0.5 * frame_s;
  for (int k = length_class(from); k <= length_class(to); ++k) {
    const double low = k == 0 ? from : std::max(from, length_border(k));
    const double high = k == kLengths - 1 ? to : std::min(to, length_border(k + 1));
    histograms.lengths[static_cast<std::size_t>(k)] += std::max(0.0, high - low) / frame_s;
  }
}

Measures measure(std::span<const Curve> curves) {
  Measures out;
  std::vector<float> phrases;
  for (const Curve& curve : curves) {
    const std::vector<SungNote> notes = find_notes(curve);
    out.seconds += static_cast<double>(curve.frames()) / curve.frame_rate;
    out.notes += static_cast<int>(notes.size());
    std::size_t phrase = notes.empty() ? 0 : notes[0].begin;
    for (std::size_t i = 0; i < notes.size(); ++i) {
      const double length = static_cast<double>(notes[i].end - notes[i].begin) / curve.frame_rate;
      out.longest_note_s = std::max(out.longest_note_s, length);
      add_length(length, 1 / curve.frame_rate, out.histograms);
      if (i == 0) continue;
      const double rest = static_cast<double>(notes[i].begin - notes[i - 1].end) / curve.frame_rate;
      if (rest >= kBreath_s) {
        ++out.breaths;
        phrases.push_back(static_cast<float>(notes[i - 1].end - phrase) /
                          static_cast<float>(curve.frame_rate));
        phrase = notes[i].begin;
      } else {
        const int interval = std::clamp(static_cast<int>(std::lround(notes[i].midi - notes[i - 1].midi)),
                                        -kLargestInterval, kLargestInterval);
        out.histograms.intervals[static_cast<std::size_t>(interval + kLargestInterval)] += 1;
      }
    }
  }
  out.median_phrase_s = median(phrases);
  const auto normalise = [](auto& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    for (double& v : values) v = sum > 0 ? v / sum : 0;
  };
  normalise(out.histograms.intervals);
  normalise(out.histograms.lengths);
  return out;
}

double overlap(std::span<const double> a, std::span<const double> b) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += std::min(a[i], b[i]);
  return sum;
}

}  // namespace continuo::song
