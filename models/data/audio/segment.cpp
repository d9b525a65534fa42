// Where something sounds.
#include "models/data/audio/segment.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace continuo::data {

namespace {

constexpr double kNoisyRange_db = 20, kAboveNoise_db = 6;

// The loudest block but for clicks: each counts as the median of five.
double loudest_db(std::span<const float> db) {
  if (db.size() < 5) return db.empty() ? -200 : *std::max_element(db.begin(), db.end());
  float loudest = -200;
  for (std::size_t b = 0; b + 5 <= db.size(); ++b) {
    std::array<float, 5> five{};
    std::copy_n(db.begin() + static_cast<std::ptrdiff_t>(b), 5, five.begin());
    std::nth_element(five.begin(), five.begin() + 2, five.end());
    loudest = std::max(loudest, five[2]);
  }
  return loudest;
}

double quiet_db(std::span<const float> db) {
  std::vector<float> sorted(db.begin(), db.end());
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 20);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

double threshold_db(std::span<const float> db, const SilenceRules& rules) {
  const double loud = loudest_db(db), quiet = quiet_db(db);
  double threshold = std::max(rules.floor_db, loud - rules.range_db);
  if (quiet < loud - kNoisyRange_db) threshold = std::max(threshold, quiet + kAboveNoise_db);
  return threshold;
}

struct Run {
  std::size_t begin = 0, end = 0, loud = 0;  // blocks
};

std::vector<Run> runs_of(std::span<const float> db, double on, double off, std::size_t pause) {
  std::vector<Run> runs;
  std::size_t quiet_since = 0;
  bool sounding = false;
  for (std::size_t b = 0; b < db.size(); ++b) {
    if (!sounding && db[b] > on) {
      std::size_t begin = b;
      const std::size_t before = runs.empty() ? 0 : runs.back().end;
      while (begin > before && db[begin - 1] > off) --begin;
      runs.push_back({begin, b + 1, 0});
      sounding = true;
    }
    if (!sounding) continue;
    runs.back().loud += db[b] > on ? 1 : 0;
    if (db[b] > off) {
      runs.back().end = quiet_since = b + 1;
    } else if (b + 1 - quiet_since >= pause) {
      sounding = false;
    }
  }
  return runs;
}

}  // namespace

std::vector<Stretch> sounding_stretches(std::span<const float> db, double block_s, double shortest_s,
                                        const SilenceRules& rules) {
  std::vector<Stretch> stretches;
  if (db.empty()) return stretches;
  const double on = threshold_db(db, rules);
  const auto pause = static_cast<std::size_t>(std::max(1.0, std::round(rules.silence_s / block_s)));
  std::vector<Run> runs = runs_of(db, on, on - rules.hysteresis_db, pause);
  std::erase_if(runs,
                [&](const Run& run) { return static_cast<double>(run.loud) * block_s < rules.sound_s; });
  const double end_s = static_cast<double>(db.size()) * block_s;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const double begin = static_cast<double>(runs[r].begin) * block_s,
                 end = static_cast<double>(runs[r].end) * block_s;
    // Neighbours share the pause between them.
    const double before = r == 0 ? begin : (begin - static_cast<double>(runs[r - 1].end) * block_s) / 2;
    const double after =
        r + 1 == runs.size() ? end_s - end : (static_cast<double>(runs[r + 1].begin) * block_s - end) / 2;
    const Stretch s{begin - std::min(before, rules.lead_s), end + std::min(after, rules.tail_s)};
    if (s.length_s() >= shortest_s) stretches.push_back(s);
  }
  return stretches;
}

std::vector<Stretch> cut_long(const Stretch& stretch, std::span<const float> db, double block_s,
                              double longest_s) {
  // A cut may move by a fifth either way, so that parts must be shorter than the longest by as much.
  const double length = stretch.length_s();
  if (length <= longest_s) return {stretch};
  const auto parts = static_cast<int>(std::ceil(length / (longest_s / 1.4)));
  const double part_s = length / parts;
  std::vector<Stretch> out;
  double begin = stretch.begin_s;
  for (int p = 1; p < parts; ++p) {
    const double middle = stretch.begin_s + p * part_s;
    const auto from = static_cast<std::size_t>((middle - part_s / 5) / block_s);
    const auto to = std::min(db.size(), static_cast<std::size_t>((middle + part_s / 5) / block_s));
    std::size_t quietest = std::min(from, db.size() - 1);
    for (std::size_t b = from; b < to; ++b) {
      if (db[b] < db[quietest]) quietest = b;
    }
    const double cut = (static_cast<double>(quietest) + 0.5) * block_s;
    out.push_back({begin, cut});
    begin = cut;
  }
  out.push_back({begin, stretch.end_s});
  return out;
}

std::vector<Stretch> chunks_of(const Stretch& stretch, double chunk_s, double overlap_s, double shortest_s) {
  std::vector<Stretch> out;
  const double step = chunk_s - overlap_s;
  for (int n = 0;; ++n) {
    const double begin = stretch.begin_s + n * step;
    const double end = std::min(stretch.end_s, begin + chunk_s);
    if (end - begin < (n == 0 ? shortest_s : std::max(shortest_s, chunk_s / 4))) break;
    out.push_back({begin, end});
    if (end >= stretch.end_s) break;
  }
  return out;
}

}  // namespace continuo::data
