#include "models/data/midi/bars.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace continuo::symbolic {

namespace {

constexpr int kPlacesPerQuarter = 12;  // sixteenths and triplets of eighths
constexpr int kFewestAccents = 4;
constexpr double kMost = 0.6, kHardlyAny = 0.25;

struct Place {
  int onsets = 0, accents = 0;
};

// Accents of one voice, by place in the bar.
struct Voice {
  int loudest = 0, onsets = 0, accents = 0;
  std::vector<Place> places;

  // Where its bar lines are, if it says so.
  std::optional<std::ptrdiff_t> line() const {
    const auto most = std::max_element(places.begin(), places.end(),
                                       [](const Place& a, const Place& b) { return a.accents < b.accents; });
    if (places.empty() || most->accents < kFewestAccents || accents >= onsets * kMost ||
        most->accents < kMost * accents || most->accents < kMost * most->onsets)
      return std::nullopt;
    if (most != places.begin() && places.front().accents > kHardlyAny * accents) return std::nullopt;
    return most - places.begin();
  }
};

}  // namespace

std::int64_t ticks_per_bar(Metre metre, int ticks_per_quarter) {
  const std::int64_t ticks = std::int64_t{4} * metre.numerator * ticks_per_quarter;
  return ticks % metre.denominator == 0 ? ticks / metre.denominator : 0;
}

std::int64_t pickup_ticks(const Sequence& s) {
  if (s.notes.empty()) return 0;
  Metre metre;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
  for (const MetreChange& change : s.metres) {
    if (change.tick <= 0)
      metre = change.metre;
    else if (change.metre != metre)
      end = std::min(end, change.tick);
  }
  const std::int64_t bar = ticks_per_bar(metre, s.ticks_per_quarter);
  const int places4 = 4 * metre.numerator * kPlacesPerQuarter;
  if (bar == 0 || places4 % metre.denominator != 0) return 0;
  const auto in_bar = static_cast<std::size_t>(places4 / metre.denominator);
  std::vector<Voice> voices(s.instruments.size());
  for (const Note& n : s.notes) {
    if (s.instruments[n.instrument].drums) return 0;
    if (n.start_tick < end)
      voices[n.instrument].loudest = std::max<int>(voices[n.instrument].loudest, n.velocity);
  }
  for (const Note& n : s.notes) {
    if (n.start_tick >= end) break;
    Voice& voice = voices[n.instrument];
    if (voice.places.empty()) voice.places.resize(in_bar);
    const auto tick = static_cast<std::uint64_t>(2 * n.start_tick * kPlacesPerQuarter + s.ticks_per_quarter);
    Place& place = voice.places[tick / (2 * static_cast<std::uint64_t>(s.ticks_per_quarter)) % in_bar];
    ++voice.onsets;
    ++place.onsets;
    if (n.velocity < voice.loudest) continue;
    ++voice.accents;
    ++place.accents;
  }
  std::optional<std::ptrdiff_t> line;
  for (const Voice& voice : voices) {
    const auto own = voice.line();
    if (!own) continue;
    if (line && *line != *own) return 0;  // they do not agree
    line = own;
  }
  return line.value_or(0) * s.ticks_per_quarter / kPlacesPerQuarter;
}

}  // namespace continuo::symbolic
