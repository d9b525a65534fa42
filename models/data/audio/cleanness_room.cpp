// How long a room rings on after the notes.
//
// A note's end is a free decay. It begins where the level's slope changes most, and counts where the level
// falls by 25 dB and more, clear of the noise, before anything rises again. The energy that is still to come
// (M. R. Schroeder, "New method of measuring reverberation time", JASA 37, 1965) falls along a straight line
// in dB; between 5 and 25 dB under its begin (the range of T20, ISO 3382-1) its slope gives the time for 60
// dB. Instruments ring as well, and players let go slowly: an item's shortest decays are the ones nearest to
// the room's own.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/data/audio/cleanness_parts.h"

namespace continuo::data {
namespace {

constexpr double kStep = 0.005, kWindow = 0.02;  // s
constexpr double kFrom = 5, kTo = 25;            // dB under the crest
constexpr double kHeard = 20;                    // dB under the loudest, at most, where a decay begins
constexpr double kRise = 6;                      // dB; more ends a decay
constexpr double kKnee = 0.1;                    // s on either side of a note's end
constexpr double kClear = 8;                     // dB over the quietest moments

std::vector<double> level_db(std::span<const float> audio, double sample_rate) {
  const auto step = static_cast<std::size_t>(kStep * sample_rate);
  const auto window = static_cast<std::size_t>(kWindow * sample_rate);
  std::vector<double> weights(window), out;
  for (std::size_t i = 0; i < window; ++i) {
    weights[i] =
        (1 - std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(window))) /
        static_cast<double>(window);
  }
  for (std::size_t begin = 0; begin + window <= audio.size(); begin += step) {
    double sum = 1e-14;
    for (std::size_t i = 0; i < window; ++i) sum += weights[i] * audio[begin + i] * audio[begin + i];
    out.push_back(10 * std::log10(sum));
  }
  return out;
}

// Mean power over 65 ms, in dB: a single tone's decay in a room wavers.
std::vector<double> smooth(const std::vector<double>& db) {
  constexpr std::ptrdiff_t kReach = 6;
  const auto n = static_cast<std::ptrdiff_t>(db.size());
  std::vector<double> out;
  for (std::ptrdiff_t j = 0; j < n; ++j) {
    double sum = 0;
    const std::ptrdiff_t from = std::max<std::ptrdiff_t>(0, j - kReach), to = std::min(n, j + kReach + 1);
    for (std::ptrdiff_t i = from; i < to; ++i) sum += std::pow(10, db[static_cast<std::size_t>(i)] / 10);
    out.push_back(10 * std::log10(sum / static_cast<double>(to - from)));
  }
  return out;
}

// Seconds for 60 dB, from the slope of a line through db[begin, end).
double decay_time(std::span<const double> db, std::size_t begin, std::size_t end) {
  const double n = static_cast<double>(end - begin);
  double mean_t = 0, mean = 0, product = 0, square = 0;
  for (std::size_t j = begin; j < end; ++j) {
    mean_t += static_cast<double>(j) * kStep / n;
    mean += db[j] / n;
  }
  for (std::size_t j = begin; j < end; ++j) {
    const double t = static_cast<double>(j) * kStep - mean_t;
    product += t * (db[j] - mean);
    square += t * t;
  }
  return -60 * square / product;
}

}  // namespace

std::optional<double> free_decay(std::span<const float> audio, double sample_rate) {
  const auto raw = level_db(audio, sample_rate);
  if (raw.size() < 8) return {};
  const auto db = smooth(raw);
  auto sorted = db;
  const double quiet = std::max(*percentile(sorted, 0.02), -90.0);
  const double loudest = *std::max_element(db.begin(), db.end());
  std::vector<double> times, to_come;
  const auto reach = static_cast<std::size_t>(kKnee / kStep);
  for (std::size_t crest = 0; crest < db.size();) {
    // A fall: the level never comes back up on its way.
    std::size_t lowest = crest;
    for (std::size_t j = crest + 1; j < db.size() && db[j] < db[lowest] + kRise && db[j] <= db[crest]; ++j) {
      if (db[j] < db[lowest]) lowest = j;
    }
    std::size_t knee = crest;
    double bend = -1e9;
    for (std::size_t i = crest; i + reach <= lowest && db[i] > loudest - kHeard; ++i) {
      const double before = i >= crest + reach ? db[i - reach] - db[i] : 0;
      const double after = db[i] - db[i + reach];
      if (after - before > bend) bend = after - before, knee = i;
    }
    const bool clear = db[knee] > loudest - kHeard && db[knee] - kTo > quiet + kClear;
    if (!clear || db[lowest] > db[knee] - kTo - kClear) {
      ++crest;
      continue;
    }
    to_come.assign(lowest + 1, 0);
    double sum = 0;
    for (std::size_t i = lowest + 1; i-- > knee;) {
      sum += std::pow(10, raw[i] / 10);
      to_come[i] = 10 * std::log10(sum);
    }
    std::size_t begin = knee, end = knee;
    while (begin < lowest && to_come[begin] > to_come[knee] - kFrom) ++begin;
    for (end = begin; end < lowest && to_come[end] > to_come[knee] - kTo;) ++end;
    if (end >= begin + 3) times.push_back(decay_time(to_come, begin, end));
    crest = lowest + 1;
  }
  return percentile(times, 0.1);
}

}  // namespace continuo::data
