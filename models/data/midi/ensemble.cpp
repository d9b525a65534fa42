#include "models/data/midi/ensemble.h"

#include <algorithm>
#include <unordered_map>

#include "models/data/midi/extract.h"

namespace continuo::symbolic {

namespace {

constexpr std::size_t kMostTrios = 8, kMostTracks = 8, kMostVoices = 32;

struct Part {
  int program = 0;
  int begin = 0, end = 0;  // steps, whole bars
  std::vector<StepNote> notes;
};

std::vector<Part> parts(const Voice& voice, int steps_per_bar, double gap_bars) {
  Rejections unused;
  std::vector<Part> out;
  const MelodyRules rules{.min_bars = 1,
                          .min_unique_pitches = 1,
                          .gap_bars = gap_bars,
                          .keep_top = true,
                          .pad_end = true,
                          .max_steps = 1 << 30};
  for (Melody& m : extract_melodies(voice.notes, steps_per_bar, rules, unused))
    out.push_back({voice.program, m.start_step, m.start_step + m.steps(), std::move(m.notes)});
  return out;
}

// Notes that begin in [begin, end), counted from begin, cut at end.
std::vector<StepNote> cropped(std::span<const StepNote> notes, int begin, int end) {
  const auto before = [](const StepNote& n, int step) { return n.start < step; };
  const auto first = std::lower_bound(notes.begin(), notes.end(), begin, before);
  const auto last = std::lower_bound(first, notes.end(), end, before);
  std::vector<StepNote> out(first, last);
  for (StepNote& n : out) n.end = std::min(n.end, end);
  return moved(std::move(out), -begin);
}

int key_of(const Example& e) {
  std::vector<int> pitches;
  for (const Track& track : e.tracks) {
    if (track.role == Role::kDrums) continue;
    for (const StepNote& n : track.notes) pitches.push_back(n.pitch);
  }
  return pitches.empty() ? -1 : major_key(pitches);
}

}  // namespace

std::vector<StepNote> moved(std::vector<StepNote> notes, int steps) {
  for (StepNote& n : notes) {
    n.start += steps;
    n.end += steps;
  }
  return notes;
}

Voices split_voices(const Sequence& sequence, const Quantised& stretch) {
  Voices out;
  std::unordered_map<int, std::size_t> voice_of;
  for (const StepNote& n : stretch.notes) {
    const Instrument& instrument = sequence.instruments[n.instrument];
    if (instrument.drums) {
      out.drums.push_back(n);
      continue;
    }
    const auto [voice, fresh] = voice_of.try_emplace(n.instrument, out.pitched.size());
    if (fresh) out.pitched.push_back({instrument.program, {}});
    out.pitched[voice->second].notes.push_back(n);
  }
  return out;
}

bool is_expressive(std::span<const StepNote> notes) {
  std::array<bool, 128> velocity{};
  double squares = 0;
  for (const StepNote& n : notes) {
    velocity[n.velocity & 127] = true;
    squares += double{n.offset_ms} * n.offset_ms;
  }
  return std::count(velocity.begin(), velocity.end(), true) >= 4 ||
         squares > static_cast<double>(notes.size());
}

std::vector<Example> extract_trios(const Voices& voices, const Quantised& stretch,
                                   const ExtractRules& rules) {
  std::vector<Example> out;
  if (voices.drums.empty() || stretch.steps_per_bar == 0) return out;
  const int bar = stretch.steps_per_bar;
  std::vector<std::vector<Part>> melodies, basses;  // of each voice, by time
  for (const Voice& voice : voices.pitched) {
    auto& into = voice.program < 32 ? melodies : basses;
    if (voice.program <= 39 && into.size() < kMostVoices)
      into.push_back(parts(voice, bar, rules.trio_gap_bars));
  }
  if (melodies.empty() || basses.empty()) return out;
  int unused = 0;
  const auto drums = extract_drums(
      voices.drums, bar,
      {.min_bars = 1, .gap_bars = rules.trio_gap_bars, .pad_end = true, .max_steps = 1 << 30}, unused);
  const int shortest = bar * (rules.windows.empty() ? rules.melody.min_bars : rules.windows.front());
  const auto trio = [&](const Part& melody, const Part& bass, const DrumTrack& d) {
    const int begin = std::max({melody.begin, bass.begin, d.start_step});
    const int end = std::min({melody.end, bass.end, d.start_step + d.steps});
    if (end - begin < shortest) return;
    Example e;
    e.kind = Kind::kTrio;
    e.start_step = begin;
    e.steps = end - begin;
    e.metre = stretch.metre;
    e.steps_per_quarter = stretch.steps_per_quarter;
    e.tempo_bpm = stretch.tempo_bpm;
    e.tracks = {{Role::kMelody, melody.program, cropped(melody.notes, begin, end)},
                {Role::kBass, bass.program, cropped(bass.notes, begin, end)},
                {Role::kDrums, 0, cropped(d.hits, begin, end)}};
    // The crop may leave a voice nothing but the rest of a note that began before it.
    for (const Track& track : e.tracks) {
      if (track.notes.empty()) return;
    }
    e.key = key_of(e);
    out.push_back(std::move(e));
  };
  for (const auto& melody : melodies) {
    for (const auto& bass : basses) {
      // What sounds together of three rows of parts: the one that ends first makes way for its next.
      std::size_t m = 0, b = 0, d = 0;
      while (m < melody.size() && b < bass.size() && d < drums.size() && out.size() < kMostTrios) {
        trio(melody[m], bass[b], drums[d]);
        const int drums_end = drums[d].start_step + drums[d].steps;
        const int first = std::min({melody[m].end, bass[b].end, drums_end});
        m += melody[m].end == first;
        b += bass[b].end == first;
        d += drums_end == first;
      }
    }
  }
  return out;
}

std::optional<Example> extract_multitrack(const Voices& voices, const Quantised& stretch) {
  std::vector<const Voice*> chosen;
  for (const Voice& voice : voices.pitched) chosen.push_back(&voice);
  if (chosen.size() + !voices.drums.empty() < 2 || stretch.steps_per_bar == 0) return std::nullopt;
  const std::size_t room = kMostTracks - !voices.drums.empty();
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Voice* a, const Voice* b) { return a->notes.size() > b->notes.size(); });
  if (chosen.size() > room) chosen.resize(room);
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Voice* a, const Voice* b) { return a->program < b->program; });
  Example e;
  e.kind = Kind::kMultitrack;
  e.metre = stretch.metre;
  e.steps_per_quarter = stretch.steps_per_quarter;
  e.tempo_bpm = stretch.tempo_bpm;
  for (const Voice* voice : chosen) {
    const Role role = voice->program >= 32 && voice->program < 40 ? Role::kBass : Role::kOther;
    e.tracks.push_back({role, voice->program, voice->notes});
  }
  if (!voices.drums.empty()) e.tracks.push_back({Role::kDrums, 0, voices.drums});
  for (const Track& track : e.tracks) {
    for (const StepNote& n : track.notes) e.steps = std::max(e.steps, n.end);
  }
  e.steps = (e.steps + stretch.steps_per_bar - 1) / stretch.steps_per_bar * stretch.steps_per_bar;
  e.key = key_of(e);
  return e;
}

std::vector<Example> windows(const Example& example, int bars) {
  std::vector<Example> out;
  const int bar = steps_per_bar(example.metre, example.steps_per_quarter);
  if (example.kind == Kind::kMultitrack || bar == 0) return out;
  const int length = bars * bar;
  for (int begin = 0; begin + length <= example.steps; begin += bar) {
    Example w;
    w.kind = example.kind;
    w.start_step = example.start_step + begin;
    w.steps = length;
    w.metre = example.metre;
    w.steps_per_quarter = example.steps_per_quarter;
    w.tempo_bpm = example.tempo_bpm;
    bool silent = false;
    for (const Track& track : example.tracks) {
      w.tracks.push_back({track.role, track.program, cropped(track.notes, begin, begin + length)});
      silent |= w.tracks.back().notes.empty();
    }
    if (silent) continue;
    w.key = key_of(w);
    out.push_back(std::move(w));
  }
  return out;
}

void offer_transpositions(Example& e, int semitones) {
  int lowest = 128, highest = -1;
  for (const Track& track : e.tracks) {
    if (track.role == Role::kDrums) continue;
    for (const StepNote& n : track.notes) {
      lowest = std::min<int>(lowest, n.pitch);
      highest = std::max<int>(highest, n.pitch);
    }
  }
  e.transposes = highest < 0 ? std::array{0, 0}
                             : std::array{-std::min(semitones, lowest), std::min(semitones, 127 - highest)};
}

}  // namespace continuo::symbolic
