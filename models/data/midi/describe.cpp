#include "models/data/midi/describe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

namespace continuo::data {

namespace {

using namespace symbolic;

struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double x) {
    ++n;
    sum += x;
    squares += x * x;
  }
  double mean() const { return n > 0 ? sum / n : 0; }
  double deviation() const { return n > 0 ? std::sqrt(std::max(0.0, squares / n - mean() * mean())) : 0; }
};

struct Bars {
  std::vector<int> notes;  // in each bar that is not empty
  double count = 0, repeated = 0, steps_on = 0;
};

Bars bars_of(const std::vector<Quantised>& stretches) {
  Bars out;
  std::unordered_set<std::uint64_t> seen;
  for (const Quantised& q : stretches) {
    if (q.steps_per_bar == 0) continue;
    std::size_t i = 0;
    int end = 0;
    while (i < q.notes.size()) {
      const int bar = q.notes[i].start / q.steps_per_bar;
      std::uint64_t hash = 14695981039346656037ull;
      int n = 0;
      for (; i < q.notes.size() && q.notes[i].start / q.steps_per_bar == bar; ++i, ++n) {
        hash = (hash ^ q.notes[i].pitch) * 1099511628211ull;
        hash =
            (hash ^ static_cast<std::uint64_t>(q.notes[i].start - bar * q.steps_per_bar)) * 1099511628211ull;
        end = std::max(end, q.notes[i].end);
      }
      out.notes.push_back(n);
      if (!seen.insert(hash).second) ++out.repeated;
    }
    out.count += (end + q.steps_per_bar - 1) / q.steps_per_bar;
  }
  return out;
}

std::string why_nothing(const Extracted& x, const ExtractRules& rules) {
  std::string why = "nothing to learn from is in it: ";
  auto add = [&, first = true](int n, const std::string& one, const std::string& many) mutable {
    if (n == 0) return;
    if (!first) why += ", ";
    first = false;
    why += n == 1 ? one : std::to_string(n) + " " + many;
  };
  const auto before = why.size();
  const std::string bars = std::to_string(rules.melody.min_bars) + " bars";
  const std::string classes = std::to_string(rules.melody.min_unique_pitches) + " pitch classes";
  const std::string drum_bars = std::to_string(rules.drums.min_bars) + " bars";
  const std::string chords =
      "with chords, or with ornaments on one step (--polyphony top keeps the upper notes)";
  add(x.rejected.polyphonic, "a voice " + chords, "voices " + chords);
  add(x.rejected.too_short, "a melody shorter than " + bars, "melodies shorter than " + bars);
  add(x.rejected.too_few_pitches, "a melody with fewer than " + classes,
      "melodies with fewer than " + classes);
  add(x.drums_too_short, "a drum track shorter than " + drum_bars, "drum tracks shorter than " + drum_bars);
  add(x.without_whole_bars, "a stretch whose bar is no whole number of steps",
      "stretches whose bar is no whole number of steps");
  return why.size() == before ? why + "no melody and no drums" : why;
}

}  // namespace

std::uint64_t piece_hash(const Sequence& sequence) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 1099511628211ull; };
  const auto grid = [&](std::int64_t tick) {
    return static_cast<std::uint64_t>(
        std::llround(static_cast<double>(tick) * 480 / sequence.ticks_per_quarter));
  };
  for (const Note& n : sequence.notes) {
    mix(n.pitch);
    mix(grid(n.start_tick));
    mix(grid(n.end_tick));
    mix(n.velocity);
  }
  return hash;
}

void describe(const Sequence& s, const Extracted& x, const ExtractRules& rules, Item& item) {
  std::array<int, 128> pitches{}, velocities{};
  Moments pitch, velocity, offset, length;
  double drums = 0, sounding = 0;
  std::int64_t end_tick = 0;
  for (const Note& n : s.notes) {
    end_tick = std::max(end_tick, n.end_tick);
    velocity.add(n.velocity);
    ++velocities[n.velocity & 127];
    ++pitches[n.pitch & 127];
    if (s.instruments[n.instrument].drums) {
      ++drums;
      continue;
    }
    pitch.add(n.pitch);
    const double quarters = static_cast<double>(n.end_tick - n.start_tick) / s.ticks_per_quarter;
    length.add(quarters);
    sounding += quarters;
  }
  std::vector<int> melodic;
  for (const Note& n : s.notes) {
    if (!s.instruments[n.instrument].drums) melodic.push_back(n.pitch);
  }
  for (const Quantised& q : x.stretches) {
    for (const StepNote& n : q.notes) offset.add(n.offset_ms);
  }
  const Bars bars = bars_of(x.stretches);
  const auto notes = static_cast<double>(s.notes.size());
  // The longest stretch says what the piece's metre and tempo are.
  const auto main =
      std::max_element(x.stretches.begin(), x.stretches.end(),
                       [](const auto& a, const auto& b) { return a.notes.size() < b.notes.size(); });
  const Metre metre = main == x.stretches.end() ? Metre{} : main->metre;
  const double bpm = main == x.stretches.end() ? 120 : main->tempo_bpm;
  double triplets = 0;
  for (const Quantised& q : x.stretches)
    triplets += q.steps_per_quarter % 3 == 0 ? static_cast<double>(q.notes.size()) : 0;

  item.begin_s = 0;
  item.end_s = seconds_at(s, end_tick);
  const auto distinct = [](const auto& counts) {
    return static_cast<double>(std::count_if(counts.begin(), counts.end(), [](int n) { return n > 0; }));
  };
  const auto ratio = [](double a, double b) { return b > 0 ? a / b : 0; };
  item.features = {
      {"notes", notes},
      {"seconds", item.end_s},
      {"bars", bars.count},
      {"tempo_bpm", bpm},
      {"quarters_per_bar", 4.0 * metre.numerator / metre.denominator},
      {"notes_per_bar", ratio(notes, bars.count)},
      {"pitch_mean", pitch.mean()},
      {"pitch_deviation", pitch.deviation()},
      {"pitches", distinct(pitches)},
      {"velocity_mean", velocity.mean()},
      {"velocity_deviation", velocity.deviation()},
      {"note_quarters", length.mean()},
      {"voices_at_once", ratio(sounding, static_cast<double>(end_tick) / s.ticks_per_quarter)},
      {"voices", static_cast<double>(s.instruments.size())},
      {"drum_share", ratio(drums, notes)},
      {"repeated_bars", ratio(bars.repeated, static_cast<double>(bars.notes.size()))},
      {"offset_deviation_ms", offset.deviation()},
      {"triplet_share", ratio(triplets, notes)},
      {"stretches", static_cast<double>(x.stretches.size())},
      {"examples", static_cast<double>(x.examples.size())},
  };
  item.details = {{"pitch_histogram", pitches},
                  {"velocity_histogram", velocities},
                  {"events", s.events},
                  {"key", melodic.empty() ? "" : key_name(major_key(melodic))},
                  {"metre", {metre.numerator, metre.denominator}},
                  {"tempo_bpm", bpm},
                  {"bars", bars.count},
                  {"pickup_quarters", x.pickup_quarters},
                  {"notes_per_bar", bars.notes}};
  if (!s.remarks.empty()) item.details["remarks"] = s.remarks;
  std::map<std::string, int> kinds;
  for (const Example& e : x.examples) ++kinds[name_of(e.kind)];
  item.details["examples"] = kinds;
  const bool any = std::any_of(x.examples.begin(), x.examples.end(),
                               [](const Example& e) { return e.kind != Kind::kMultitrack; });
  if (!any) item.faults.push_back({"examples", 0, 1, why_nothing(x, rules)});
  item.kept = item.faults.empty();
}

}  // namespace continuo::data
