#include "engine/players/feel.h"

#include <algorithm>
#include <cmath>

namespace continuo::players {
namespace {

constexpr double kChord_beats = 0.06;  // onsets this near are one
constexpr double kLeastSwing = 0.45, kMostSwing = 0.75;
constexpr int kFewestSwung = 3;         // before anything is said of swing
constexpr double kClear_beats = 0.015;  // a mean offset below this is no swing

// Of the notes that lie near the second of two, how far between the first and the next, 0.5: in the middle.
struct Second {
  double sum = 0;
  int count = 0;
  [[nodiscard]] double mean() const { return count == 0 ? 0.5 : sum / count; }
};

// `unit`: two of them are a pair.
Second second_of(std::span<const PlayedNote> notes, double begin, double end, double unit) {
  Second second;
  for (const PlayedNote& note : notes) {
    if (note.beat < begin || note.beat >= end) continue;
    const double place = note.beat / (2 * unit), within = place - std::floor(place);
    if (within < kLeastSwing - 0.05 || within > kMostSwing + 0.02) continue;
    second.sum += within;
    ++second.count;
  }
  return second;
}

}  // namespace

Feel feel_of(std::span<const PlayedNote> notes, double begin, double end) {
  Feel feel;
  std::array<double, kPlaces> sums{};
  std::array<int, kPlaces> counts{};
  double sum = 0, last = -1e9;
  int count = 0, onsets = 0;
  for (const PlayedNote& note : notes) {
    if (note.beat < begin || note.beat >= end) continue;
    if (note.beat - last > kChord_beats) ++onsets;
    last = note.beat;
    const auto place =
        static_cast<size_t>(static_cast<long>(std::floor(note.beat * kPlaces + 0.5)) & (kPlaces - 1));
    sums[place] += note.velocity;
    ++counts[place];
    sum += note.velocity;
    ++count;
  }
  if (count == 0) return feel;
  feel.onsets_a_beat = onsets / std::max(1e-9, end - begin);
  feel.velocity = static_cast<float>(sum / count);
  for (size_t p = 0; p < kPlaces; ++p) {
    if (counts[p] > 0)
      feel.accents[p] = static_cast<float>(sums[p] / counts[p] / std::max(1e-6, sum / count));
  }
  // Sixteenths, where there are as many of them as eighths, else eighths.
  const Second eighths = second_of(notes, begin, end, 0.5), sixteenths = second_of(notes, begin, end, 0.25);
  const bool fine =
      counts[1] + counts[3] > counts[0] + counts[2] - count / 4 && sixteenths.count >= kFewestSwung;
  const Second& heard = fine ? sixteenths : eighths;
  const double unit = fine ? 0.25 : 0.5;
  if (heard.count >= kFewestSwung && std::fabs(heard.mean() - 0.5) * 2 * unit > kClear_beats) {
    feel.swing = std::clamp(heard.mean(), kLeastSwing, kMostSwing);
    feel.swings_sixteenths = fine;
  }
  return feel;
}

double swung(double beat, const Feel& feel) {
  const double pair = feel.swings_sixteenths ? 0.5 : 1;
  const double place = beat / pair, whole = std::floor(place), within = place - whole;
  const double out =
      within < 0.5 ? within * 2 * feel.swing : feel.swing + (within - 0.5) * 2 * (1 - feel.swing);
  return (whole + out) * pair;
}

}  // namespace continuo::players
