// Fits a recording to a model.
#include "engine/transfer/matching.h"

#include <algorithm>
#include <cmath>

namespace continuo::transfer {
namespace {

constexpr double kSmoothSeconds = 0.16;  // of the confidence: 40 frames at 250 Hz
constexpr float kSure = 0.7f;            // confidence of a note of mean power
constexpr float kSteepest = 3;           // of the level map: dB for a dB, so that a level tone stays one
constexpr double kJumpSeconds = 0.04;

// Linear between the order statistics; `sorted` is not empty.
float quantile(std::span<const float> sorted, double percent) {
  const double at = percent / 100 * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<size_t>(at);
  const size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + static_cast<float>(at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

bool is_confusion(float semitones) {
  const float size = std::fabs(semitones);
  return std::fabs(size - 12) < 0.8f || std::fabs(size - 19.02f) < 0.8f || std::fabs(size - 24) < 0.8f;
}

}  // namespace

std::vector<float> note_ratio(std::span<const float> confidence, std::span<const float> db, double frame_rate,
                              float floor_db) {
  const auto frames = static_cast<std::ptrdiff_t>(std::min(confidence.size(), db.size()));
  std::vector<float> ratio(static_cast<size_t>(frames), 0.f);
  double mean = 0;
  for (std::ptrdiff_t j = 0; j < frames; ++j)
    mean += static_cast<double>(db[static_cast<size_t>(j)] - floor_db);
  mean /= static_cast<double>(std::max<std::ptrdiff_t>(1, frames));
  if (!(mean > 1e-3)) return ratio;
  const auto reach = static_cast<std::ptrdiff_t>(std::lround(kSmoothSeconds * frame_rate / 2));
  for (std::ptrdiff_t j = 0; j < frames; ++j) {
    const auto first = std::max<std::ptrdiff_t>(0, j - reach), last = std::min(frames - 1, j + reach);
    double sum = 0;
    for (auto i = first; i <= last; ++i) {
      const double c = static_cast<double>(confidence[static_cast<size_t>(i)]);
      sum += c * c;
    }
    const double smooth = sum / static_cast<double>(last - first + 1);
    const double above = static_cast<double>(db[static_cast<size_t>(j)] - floor_db);
    ratio[static_cast<size_t>(j)] =
        static_cast<float>(smooth * above / (mean * static_cast<double>(kSure) * static_cast<double>(kSure)));
  }
  return ratio;
}

LevelMap::LevelMap(std::vector<float> sounding_db, const ddsp::PowerQuantiles& model) {
  std::sort(sounding_db.begin(), sounding_db.end());
  constexpr std::array<double, kPoints> kPercents{5, 10, 25, 50, 75, 90, 95};
  for (size_t i = 0; i < kPoints; ++i) from_[i] = quantile(sounding_db, kPercents[i]);
  const std::array<float, kPoints> wanted{model.p5,  model.p10, model.p25, model.p50,
                                          model.p75, model.p90, model.p95};
  constexpr size_t kMiddle = kPoints / 2;
  to_[kMiddle] = wanted[kMiddle];
  for (size_t i = kMiddle + 1; i < kPoints; ++i)
    to_[i] = std::min(wanted[i], to_[i - 1] + kSteepest * (from_[i] - from_[i - 1]));
  for (size_t i = kMiddle; i-- > 0;)
    to_[i] = std::max(wanted[i], to_[i + 1] - kSteepest * (from_[i + 1] - from_[i]));
}

float LevelMap::at(float db) const noexcept {
  if (db <= from_.front()) return to_.front() + (db - from_.front());
  for (size_t i = 1; i < kPoints; ++i) {
    if (db > from_[i]) continue;
    const float width = from_[i] - from_[i - 1];
    return width > 0 ? to_[i - 1] + (db - from_[i - 1]) / width * (to_[i] - to_[i - 1]) : to_[i];
  }
  return to_.back() + (db - from_.back());
}

int octave_shift(std::vector<float> sounding_midi, const ddsp::PitchQuantiles& model) {
  if (sounding_midi.empty()) return 0;
  std::sort(sounding_midi.begin(), sounding_midi.end());
  if (quantile(sounding_midi, 5) >= model.p1 && quantile(sounding_midi, 95) <= model.p99) return 0;
  const float octaves = (model.p50 - quantile(sounding_midi, 50)) / 12;
  return static_cast<int>(octaves > 1.5f ? std::floor(octaves) : std::ceil(octaves));
}

void veto_octave_jumps(std::span<float> midi, std::span<const char> voiced, double frame_rate) {
  const auto longest = static_cast<size_t>(std::max(1.0, std::round(kJumpSeconds * frame_rate)));
  size_t before = SIZE_MAX;  // the last voiced frame that was believed
  for (size_t j = 0; j < midi.size();) {
    if (!voiced[j] || before == SIZE_MAX || !is_confusion(midi[j] - midi[before])) {
      if (voiced[j]) before = j;
      ++j;
      continue;
    }
    size_t end = j + 1;  // of the stretch that jumped
    while (end < midi.size() && end - j <= longest &&
           (!voiced[end] || is_confusion(midi[end] - midi[before])))
      ++end;
    const bool back = end - j <= longest && (end == midi.size() || voiced[end]);
    if (!back) {
      before = j++;
      continue;
    }
    std::fill(midi.begin() + static_cast<std::ptrdiff_t>(j), midi.begin() + static_cast<std::ptrdiff_t>(end),
              midi[before]);
    j = end;
  }
}

}  // namespace continuo::transfer
