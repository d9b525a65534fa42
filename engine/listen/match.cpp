#include "engine/listen/match.h"

#include <algorithm>
#include <cmath>

namespace continuo::listen {
namespace {

constexpr float kSteepest = 1.6f, kFlattest = 0.5f, kMostDb = 24;
constexpr double kMemorySeconds = 30, kPriorSeconds = 2, kLeastSeconds = 1;
constexpr int kUpdateTicks = 25;
constexpr float kLargestWeight = 1e6f;

float model_quantile(const ddsp::PowerQuantiles& q, float share) {
  const std::array<float, 7> at{.05f, .1f, .25f, .5f, .75f, .9f, .95f};
  const std::array<float, 7> db{q.p5, q.p10, q.p25, q.p50, q.p75, q.p90, q.p95};
  if (share <= at.front()) return db.front();
  for (size_t i = 1; i < at.size(); ++i) {
    if (share <= at[i]) return db[i - 1] + (db[i] - db[i - 1]) * (share - at[i - 1]) / (at[i] - at[i - 1]);
  }
  return db.back();
}

}  // namespace

int octave_shift(float model_mean_midi, float player_mean_midi) noexcept {
  const float octaves = (model_mean_midi - player_mean_midi) / 12;
  if (!(std::fabs(octaves) > 0.5f)) return 0;
  return static_cast<int>(octaves > 1.5f ? std::floor(octaves) : std::ceil(octaves));
}

LevelLine level_line(const ddsp::PowerQuantiles& model, float p10, float p50, float p90) noexcept {
  LevelLine line;
  line.from_db = p50;
  line.to_db = std::clamp(model.p50, p50 - kMostDb, p50 + kMostDb);
  const auto slope = [](float to, float from) {
    return std::clamp(to / std::max(from, 0.5f), kFlattest, kSteepest);
  };
  line.slope_below = slope(model.p50 - model.p10, p50 - p10);
  line.slope_above = slope(model.p90 - model.p50, p90 - p50);
  return line;
}

size_t RunningMatch::bin(float db) noexcept {
  return static_cast<size_t>(std::clamp(db - kLowestDb, 0.f, static_cast<float>(kBins - 1)));
}

void RunningMatch::start(const ddsp::Config& model, double tick_seconds) noexcept {
  model_power_ = model.note_power_db.value_or(ddsp::PowerQuantiles{});
  model_midi_ = model.pitch_midi ? model.pitch_midi->p50 : 60;
  weights_.fill(0);
  tick_seconds_ = static_cast<float>(tick_seconds);
  weight_ = 1;
  growth_ = static_cast<float>(std::exp(tick_seconds / kMemorySeconds));
  constexpr int kSteps = 90;
  const auto prior = static_cast<float>(kPriorSeconds / tick_seconds);
  for (int i = 0; i < kSteps; ++i) {
    weights_[bin(model_quantile(model_power_, 0.05f + 0.01f * static_cast<float>(i)))] += prior / kSteps;
  }
  sum_ = prior;
  midi_sum_ = midi_weight_ = 0;
  until_update_ = kUpdateTicks;
  update();
}

void RunningMatch::learn(float midi, float db) noexcept {
  weights_[bin(db)] += weight_;
  sum_ += weight_;
  midi_sum_ += weight_ * midi;
  midi_weight_ += weight_;
  weight_ *= growth_;
  if (weight_ > kLargestWeight) {
    for (float& w : weights_) w /= weight_;
    sum_ /= weight_, midi_sum_ /= weight_, midi_weight_ /= weight_;
    weight_ = 1;
  }
  if (--until_update_ > 0) return;
  until_update_ = kUpdateTicks;
  update();
}

float RunningMatch::quantile_db(float share) const noexcept {
  const float wanted = share * sum_;
  float below = 0;
  for (size_t i = 0; i < kBins; ++i) {
    if (below + weights_[i] >= wanted && weights_[i] > 0) {
      return kLowestDb + static_cast<float>(i) + (wanted - below) / weights_[i];
    }
    below += weights_[i];
  }
  return 0;
}

void RunningMatch::update() noexcept {
  line_ = level_line(model_power_, quantile_db(0.1f), quantile_db(0.5f), quantile_db(0.9f));
}

int RunningMatch::octaves() const noexcept {
  if (midi_weight_ * tick_seconds_ < kLeastSeconds * weight_) return 0;
  return octave_shift(model_midi_, midi_sum_ / midi_weight_);
}

}  // namespace continuo::listen
