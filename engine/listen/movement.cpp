#include "engine/listen/movement.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace continuo::listen {
namespace {

constexpr double kPast_s = 0.8, kLeast_s = 0.5;
constexpr double kMean_s = 0.25;  // what is slower than this is no swing
constexpr double kLowest_hz = 4, kHighest_hz = 9, kApart_hz = 0.5;
constexpr float kMostPitch = 1.5f, kMostLevel_db = 15;  // farther from the mean: the tracker slipped
constexpr double kSlope_s = 0.06;                       // slopes are measured over this
constexpr float kGliding = 4, kStepping = 60;           // semitones a second; faster is a new note
constexpr double kShortestGlide_s = 0.18;               // a step takes 0.1 s, and the slope is measured over 0.06

// What no singer keeps still within, and how far measures of one technique lie apart: octaves.
constexpr float kStill_cents = 10, kStill_db = 1, kStill_semitones = 0.7f;
constexpr float kApart = 0.8f;
constexpr float kFryFit = -2;  // its pulses have no pitch to be measured

float misfit(float measured, float expected, float still) {
  const float octaves = std::log2((measured + still) / (expected + still)) / kApart;
  return -0.5f * octaves * octaves;
}

}  // namespace

Movement::Movement(double frame_rate_hz) : frame_rate_(static_cast<float>(frame_rate_hz)) {
  const auto length = static_cast<size_t>(std::lround(kPast_s * frame_rate_hz));
  midi_.assign(length, 0.0f);
  db_.assign(length, 0.0f);
  line_.assign(length, 0.0f);
  for (double hz = kLowest_hz; hz <= kHighest_hz; hz += kApart_hz) {
    for (size_t n = 0; n < length; ++n) {
      const double turn = 2 * std::numbers::pi * hz * static_cast<double>(n) / frame_rate_hz;
      cosines_.push_back(static_cast<float>(std::cos(turn)));
      sines_.push_back(static_cast<float>(std::sin(turn)));
    }
    ++rates_;
  }
  window_.resize(length);
}

void Movement::reset() noexcept {
  at_ = count_ = 0;
}

void Movement::push(float midi, float db, bool voiced) noexcept {
  if (!voiced) {
    if (count_ == 0) return;
    midi = midi_[(at_ + midi_.size() - 1) % midi_.size()];
  }
  midi_[at_] = midi;
  db_[at_] = db;
  at_ = (at_ + 1) % midi_.size();
  count_ = std::min(count_ + 1, midi_.size());
}

bool Movement::measure() noexcept {
  if (static_cast<float>(count_) < kLeast_s * frame_rate_) return false;
  vibrato_cents_ = 100 * swing(midi_, kMostPitch);
  tremolo_db_ = swing(db_, kMostLevel_db);
  glide_semitones_ = glide();
  return true;
}

float Movement::swing(const std::vector<float>& past, float most) noexcept {
  const size_t begin = at_ + past.size() - count_;
  const auto value = [&](size_t n) { return past[(begin + n) % past.size()]; };
  const auto half = static_cast<size_t>(0.5 * kMean_s * frame_rate_);
  float sum = 0;
  for (size_t n = 0; n < count_; ++n) {
    const size_t first = n > half ? n - half : 0, last = std::min(n + half, count_ - 1);
    float mean = 0;
    for (size_t k = first; k <= last; ++k) mean += value(k);
    mean /= static_cast<float>(last - first + 1);
    // A mean that looks one way only would leave a slope's half in: the ends count for little.
    window_[n] =
        std::sin(std::numbers::pi_v<float> * (static_cast<float>(n) + 0.5f) / static_cast<float>(count_));
    line_[n] = window_[n] * std::clamp(value(n) - mean, -most, most);
    sum += window_[n];
  }
  float largest = 0;
  for (size_t rate = 0; rate < rates_; ++rate) {
    const float* cosine = cosines_.data() + rate * past.size();
    const float* sine = sines_.data() + rate * past.size();
    float real = 0, imaginary = 0;
    for (size_t n = 0; n < count_; ++n) {
      real += line_[n] * cosine[n];
      imaginary += line_[n] * sine[n];
    }
    largest = std::max(largest, real * real + imaginary * imaginary);
  }
  return 2 * std::sqrt(largest) / sum;
}

float Movement::glide() noexcept {
  const size_t begin = at_ + midi_.size() - count_;
  const auto value = [&](size_t n) { return midi_[(begin + n) % midi_.size()]; };
  const auto step = std::max<size_t>(1, static_cast<size_t>(kSlope_s * frame_rate_));
  const float shortest = static_cast<float>(kShortestGlide_s) * frame_rate_;
  float largest = 0;
  size_t from = 0;
  int way = 0;
  for (size_t n = step; n < count_; ++n) {
    const float slope = (value(n) - value(n - step)) * frame_rate_ / static_cast<float>(step);
    const int now = std::fabs(slope) < kGliding || std::fabs(slope) > kStepping ? 0 : slope > 0 ? 1 : -1;
    if (now == 0 || now != way) from = n;
    way = now;
    if (way != 0 && static_cast<float>(n - from) >= shortest)
      largest = std::max(largest, std::fabs(value(n) - value(from - step)));
  }
  return largest;
}

float Movement::fit(const ddsp::Contour& contour) const noexcept {
  if (contour.fry_hz > 0) return kFryFit;
  const float cents = std::max(contour.vibrato_cents, 50 * contour.trill_semitones);
  return misfit(vibrato_cents_, cents, kStill_cents) + misfit(tremolo_db_, contour.tremolo_db, kStill_db) +
         misfit(glide_semitones_, contour.glide_semitones, kStill_semitones);
}

}  // namespace continuo::listen
