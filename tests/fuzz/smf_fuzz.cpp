// Fuzz target: the MIDI reader takes or refuses any bytes; what it takes is sound, and so is what is
// extracted from it. The first byte chooses rules and grid, the rest is the file.
#include <cstdint>
#include <span>

#include "models/data/midi/extract.h"
#include "models/data/midi/smf.h"
#include "tests/fuzz/check.h"

namespace {

using namespace continuo::symbolic;

void check(const Sequence& s) {
  FUZZ_CHECK(s.ticks_per_quarter >= 1 && s.ticks_per_quarter <= 32767);
  std::int64_t last = 0;
  for (const Note& n : s.notes) {
    FUZZ_CHECK(n.start_tick >= last && n.end_tick >= n.start_tick);
    FUZZ_CHECK(n.end_tick <= kMostQuarters * s.ticks_per_quarter);
    FUZZ_CHECK(n.pitch < 128 && n.velocity >= 1 && n.velocity < 128 && n.instrument < s.instruments.size());
    last = n.start_tick;
  }
  FUZZ_CHECK(s.remarks.size() <= 21);
}

void check(const Example& e, int windows_bar) {
  FUZZ_CHECK(e.steps > 0 && e.steps % (windows_bar > 0 ? windows_bar : 1) == 0);
  FUZZ_CHECK(!e.tracks.empty());
  FUZZ_CHECK(e.transposes[0] <= 0 && e.transposes[1] >= 0);
  for (const Track& track : e.tracks) {
    FUZZ_CHECK(!track.notes.empty());
    const StepNote* before = nullptr;
    for (const StepNote& n : track.notes) {
      FUZZ_CHECK(n.start >= 0 && n.start < n.end && n.start < e.steps);
      if (track.role != Role::kDrums) {
        FUZZ_CHECK(n.end <= e.steps);
        FUZZ_CHECK(n.pitch + e.transposes[0] >= 0 && n.pitch + e.transposes[1] < 128);
      }
      if (before) {
        FUZZ_CHECK(n.start >= before->start);
        if (track.role == Role::kMelody) FUZZ_CHECK(n.start >= before->end);
      }
      before = &n;
    }
  }
}

// Written and read again it is the same.
void check_text(const Example& e) {
  std::string text;
  append_json(text, e, "item", "train");
  const Example again = parse_example(text);
  FUZZ_CHECK(again.steps == e.steps && again.key == e.key && again.metre == e.metre);
  std::string text_again;
  append_json(text_again, again, "item", "train");
  FUZZ_CHECK(text == text_again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Sequence sequence;
  try {
    sequence = read_smf(std::span(data + 1, size - 1));
  } catch (const SmfError&) {
    return 0;
  }
  check(sequence);
  ExtractRules rules = data[0] & 1 ? musicvae_rules() : musicrnn_rules();
  rules.grid = static_cast<Grid>((data[0] >> 1) % 3);
  if (data[0] & 8) rules.melody.min_bars = rules.drums.min_bars = 1, rules.melody.min_unique_pitches = 1;
  const Extracted x = extract(sequence, rules);
  for (std::size_t i = 0; i < x.examples.size(); ++i) {
    check(x.examples[i], 0);
    if (i < 4) check_text(x.examples[i]);
  }
  for (const Example& w : x.windows) check(w, steps_per_bar(w.metre, w.steps_per_quarter));
  return 0;
}
