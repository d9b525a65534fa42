#include "models/data/midi/extract.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "models/data/midi/bars.h"
#include "models/data/midi/ensemble.h"

namespace continuo::symbolic {

namespace {

constexpr int kFirstBass = 32, kLastBass = 39;

// One stretch, its notes by voice.
class StretchExtractor {
 public:
  StretchExtractor(const Sequence& sequence, const Quantised& stretch, const ExtractRules& rules,
                   Extracted& out)
      : sequence_(sequence),
        stretch_(stretch),
        rules_(rules),
        out_(out),
        voices_(split_voices(sequence, stretch)) {}

  void run() {
    if (stretch_.steps_per_bar == 0) {
      ++out_.without_whole_bars;
      return;
    }
    melodies();
    bass();
    drums();
    trios();
    multitrack();
  }

 private:
  Example blank(Kind kind, int start_step, int steps) const {
    Example e;
    e.kind = kind;
    e.start_step = start_step;
    e.steps = steps;
    e.metre = stretch_.metre;
    e.steps_per_quarter = stretch_.steps_per_quarter;
    e.tempo_bpm = stretch_.tempo_bpm;
    return e;
  }

  void add(Example e) {
    offer_transpositions(e, rules_.transpose);
    out_.examples.push_back(std::move(e));
  }

  void add_melody(const Voice& voice, const Melody& melody, Kind kind, Role role) {
    Example e = blank(kind, melody.start_step, melody.steps());
    e.key = major_key(melody.events);
    e.tracks.push_back({role, voice.program, moved(melody.notes, -melody.start_step)});
    add(std::move(e));
  }

  void melodies() {
    for (const Voice& voice : voices_.pitched) {
      if (voice.program < rules_.first_melody_program || voice.program > rules_.last_melody_program) continue;
      for (const Melody& m :
           extract_melodies(voice.notes, stretch_.steps_per_bar, rules_.melody, out_.rejected))
        add_melody(voice, m, Kind::kMelody, Role::kMelody);
    }
  }

  void bass() {
    MelodyRules rules = rules_.melody;
    rules.min_bars = rules_.min_bars_bass;
    rules.min_unique_pitches = rules_.min_pitches_bass;
    rules.keep_top = false;
    Rejections unused;
    for (const Voice& voice : voices_.pitched) {
      if (voice.program < kFirstBass || voice.program > kLastBass) continue;
      for (const Melody& m : extract_melodies(voice.notes, stretch_.steps_per_bar, rules, unused))
        add_melody(voice, m, Kind::kBass, Role::kBass);
    }
  }

  void drums() {
    if (voices_.drums.empty()) return;
    const bool expressive = is_expressive(voices_.drums);
    for (const DrumTrack& d :
         extract_drums(voices_.drums, stretch_.steps_per_bar, rules_.drums, out_.drums_too_short))
      add_drums(d, Kind::kDrums);
    if (!expressive) return;
    DrumRules rules = rules_.drums;
    rules.min_bars = 1;
    rules.max_steps = std::numeric_limits<int>::max();  // a performance is taken whole
    int unused = 0;
    for (const DrumTrack& d : extract_drums(voices_.drums, stretch_.steps_per_bar, rules, unused))
      add_drums(d, Kind::kGroove);
  }

  void add_drums(const DrumTrack& d, Kind kind) {
    Example e = blank(kind, d.start_step, d.steps);
    e.tracks.push_back({Role::kDrums, 0, moved(d.hits, -d.start_step)});
    add(std::move(e));
  }

  void trios() {
    for (Example& e : extract_trios(voices_, stretch_, rules_)) add(std::move(e));
  }

  void multitrack() {
    if (auto e = extract_multitrack(voices_, stretch_)) add(std::move(*e));
  }

  const Sequence& sequence_;
  const Quantised& stretch_;
  const ExtractRules& rules_;
  Extracted& out_;
  Voices voices_;
};

}  // namespace

ExtractRules musicrnn_rules() {
  return {};
}

ExtractRules musicvae_rules() {
  ExtractRules rules;
  rules.melody = {.min_bars = 1,
                  .min_unique_pitches = 1,
                  .gap_bars = 1,
                  .keep_top = true,
                  .pad_end = true,
                  .max_steps = 100 * 16};
  rules.drums = {.min_bars = 1, .gap_bars = 1, .pad_end = true, .max_steps = 100 * 16};
  rules.min_bars_bass = 1;
  rules.min_pitches_bass = 1;
  rules.last_melody_program = 31;
  rules.windows = {2, 4, 16};
  return rules;
}

Extracted extract(const Sequence& sequence, const ExtractRules& rules) {
  Extracted out;
  const std::int64_t pickup = rules.find_pickup ? pickup_ticks(sequence) : 0;
  out.pickup_quarters = static_cast<double>(pickup) / sequence.ticks_per_quarter;
  for (const Stretch& stretch : stretches(sequence, pickup)) {
    out.stretches.push_back(quantise(sequence, stretch, steps_per_quarter(sequence, stretch, rules.grid)));
    ExtractRules here = rules;
    if (!rules.windows.empty() && out.stretches.back().steps_per_bar > 0)
      here.melody.max_steps = here.drums.max_steps = 100 * out.stretches.back().steps_per_bar;
    StretchExtractor(sequence, out.stretches.back(), here, out).run();
  }
  if (rules.windows.empty()) return out;
  std::unordered_set<std::uint64_t> seen;
  for (const Example& e : out.examples) {
    for (const int bars : rules.windows) {
      for (Example& w : windows(e, bars)) {
        offer_transpositions(w, rules.transpose);
        if (seen.insert(content_hash(w)).second) out.windows.push_back(std::move(w));
      }
    }
  }
  return out;
}

}  // namespace continuo::symbolic
