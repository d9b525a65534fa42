// Numbers for the networks of a song model.
#include "models/song/inference/features.h"

#include <algorithm>
#include <cmath>

namespace continuo::song {
namespace {

constexpr double kShortestGap_s = 0.03, kLongestGap_s = 3;
constexpr float kFine_semitones = 0.15f, kWidest_semitones = 12;

const float kWidest = std::asinh(kWidest_semitones / kFine_semitones);

}  // namespace

int gap_class(double seconds) noexcept {
  if (seconds < kShortestGap_s) return 0;
  const double x = std::log(seconds / kShortestGap_s) / std::log(kLongestGap_s / kShortestGap_s);
  return std::clamp(1 + static_cast<int>(std::floor(x * (kGaps - 1))), 1, kGaps - 1);
}

double gap_border(int border) noexcept {
  if (border <= 0) return 0;
  return kShortestGap_s * std::pow(kLongestGap_s / kShortestGap_s, double(border - 1) / (kGaps - 1));
}

int first_breath_class() noexcept {
  return gap_class(kBreath_s) + (gap_border(gap_class(kBreath_s)) < kBreath_s - 1e-3 ? 1 : 0);
}

void write_features(const NoteInput& input, int techniques, std::span<float> x) noexcept {
  std::fill(x.begin(), x.end(), 0.0f);
  std::size_t at = 0;
  const auto one_hot = [&](int value, int count) {
    if (value >= 0 && value < count) x[at + static_cast<std::size_t>(value)] = 1;
    at += static_cast<std::size_t>(count);
  };
  one_hot(input.interval, kIntervals);
  one_hot(input.length, kLengths);
  one_hot(input.gap, kGaps);
  one_hot(input.technique, techniques);
  one_hot(input.degree, 12);
  x[at++] = std::clamp(input.place, -2.0f, 2.0f);
  x[at++] = std::min(input.phrase_s / 5, 3.0f);
  x[at++] = std::min(input.phrase_notes / 10, 3.0f);
  x[at++] = input.phrase_notes == 0 ? 1.0f : 0.0f;
}

int deviation_class(float semitones) noexcept {
  const float x = std::asinh(semitones / kFine_semitones) / kWidest;
  return std::clamp(static_cast<int>(std::lround((x + 1) * 0.5f * (kDeviations - 1))), 0, kDeviations - 1);
}

float deviation_value(float place) noexcept {
  return kFine_semitones * std::sinh((place / (0.5f * (kDeviations - 1)) - 1) * kWidest);
}

float deviation_scale(float semitones) noexcept {
  return std::clamp(std::asinh(semitones / kFine_semitones) / kWidest, -1.2f, 1.2f);
}

int level_class(float db) noexcept {
  return std::clamp(static_cast<int>(std::lround((db - kLowest_db) / kLevelStep_db)), 0, kLevels - 1);
}

float level_value(float place) noexcept {
  return place <= 0.5f ? -80.0f : kLowest_db + kLevelStep_db * place;
}

float level_scale(float db) noexcept {
  return std::clamp(db / 80 + 1, 0.0f, 1.2f);
}

void write_features(const FrameInput& f, int techniques, std::span<float> x) noexcept {
  std::fill(x.begin(), x.end(), 0.0f);
  std::size_t at = 0;
  const auto put = [&](float value) { x[at++] = value; };
  const auto near = [](float seconds, float scale) { return std::exp(-std::max(seconds, 0.0f) / scale); };
  const float deviation = deviation_scale(f.deviation), before = deviation_scale(f.deviation_before);
  put(3 * deviation);
  put(std::clamp(10 * (deviation - before), -3.0f, 3.0f));
  put(std::clamp(4 * f.deviation, -3.0f, 3.0f));
  put(std::clamp(10 * (f.deviation - f.deviation_before), -3.0f, 3.0f));
  put(2 * level_scale(f.db) - 1);
  put(std::clamp((f.db - f.db_before) / 4, -3.0f, 3.0f));
  put(f.voiced ? 1.0f : 0.0f);
  const float on = f.sounding ? 1.0f : 0.0f, off = 1 - on;
  put(on);
  put(on * near(f.since, 0.03f));
  put(on * near(f.since, 0.1f));
  put(on * near(f.since, 0.3f));
  put(on * std::min(f.since, 2.0f));
  put(on * near(f.left, 0.03f));
  put(on * near(f.left, 0.1f));
  put(on * near(f.left, 0.3f));
  put(on * std::min(f.left, 2.0f));
  put(off * near(f.rest_since, 0.04f));
  put(off * near(f.rest_since, 0.15f));
  put(off * near(f.rest_left, 0.04f));
  put(off * near(f.rest_left, 0.15f));
  put(0.5f * std::log2(std::clamp(f.length_s, 0.05f, 6.0f) / 0.4f));
  put(f.joined_before ? 1.0f : 0.0f);
  put(f.joined_after ? 1.0f : 0.0f);
  const float from = f.joined_before ? std::clamp(f.from / 6, -2.0f, 2.0f) : 0.0f;
  const float to = f.joined_after ? std::clamp(f.to / 6, -2.0f, 2.0f) : 0.0f;
  put(from);
  put(to);
  put(from * on * near(f.since, 0.06f));
  put(to * on * near(f.left, 0.06f));
  put(f.joined_before && std::abs(f.from) < 0.5f ? on * near(f.since, 0.06f) : 0.0f);
  put(f.joined_after && std::abs(f.to) < 0.5f ? on * near(f.left, 0.06f) : 0.0f);
  put(std::clamp(f.place, -2.0f, 2.0f));
  put(std::min(f.phrase_s / 5, 3.0f));
  put(1);
  if (f.technique >= 0 && f.technique < techniques) x[at + static_cast<std::size_t>(f.technique)] = 1;
}

}  // namespace continuo::song
