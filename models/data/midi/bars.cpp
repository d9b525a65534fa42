#include "models/data/midi/bars.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace continuo::symbolic {

namespace {

constexpr int kPlacesPerQuarter = 12;  // sixteenths and triplets of eighths
constexpr int kFewestAccents = 4;
constexpr double kMost = 0.6, kHardlyAny = 0.25;

struct Place {
  int onsets = 0, accents = 0;
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
  std::vector<Place> places(static_cast<std::size_t>(places4 / metre.denominator));
  int loudest = 0, onsets = 0, accents = 0;
  for (const Note& n : s.notes) {
    if (s.instruments[n.instrument].drums) return 0;
    if (n.start_tick < end) loudest = std::max<int>(loudest, n.velocity);
  }
  for (const Note& n : s.notes) {
    if (n.start_tick >= end) break;
    const auto tick = static_cast<std::uint64_t>(2 * n.start_tick * kPlacesPerQuarter + s.ticks_per_quarter);
    Place& place = places[tick / (2 * static_cast<std::uint64_t>(s.ticks_per_quarter)) % places.size()];
    ++onsets;
    ++place.onsets;
    if (n.velocity < loudest) continue;
    ++accents;
    ++place.accents;
  }
  const auto line = std::max_element(places.begin(), places.end(),
                                     [](const Place& a, const Place& b) { return a.accents < b.accents; });
  const bool clear = line->accents >= kFewestAccents && accents < onsets * kMost &&
                     line->accents >= kMost * accents && line->accents >= kMost * line->onsets &&
                     places.front().accents <= kHardlyAny * accents;
  return clear ? (line - places.begin()) * s.ticks_per_quarter / kPlacesPerQuarter : 0;
}

}  // namespace continuo::symbolic
