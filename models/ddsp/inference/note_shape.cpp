// Blending the stored note shapes, see note_shape.h.
#include "models/ddsp/inference/note_shape.h"

#include <algorithm>
#include <cmath>

namespace continuo::ddsp {
namespace {

constexpr float kLongestDriftSeconds = 20;
constexpr float kFallDbPerFrame = 2;  // behind the stored release

// Two neighbours of x among rising centres, and how far x is towards the second; the ends are held.
struct Between {
  std::size_t below, above;
  float part;
};
template <class List, class Centre>
Between between(const List& list, Centre centre, float x) noexcept {
  std::size_t above = 0;
  while (above < list.size() && centre(list[above]) < x) ++above;
  if (above == 0) return {0, 0, 0};
  if (above == list.size()) return {above - 1, above - 1, 0};
  const float low = centre(list[above - 1]), high = centre(list[above]);
  return {above - 1, above, (x - low) / (high - low)};
}

// The value at a fractional frame; `end` is what follows the last one.
float read(const std::vector<float>& values, float frames, float end) noexcept {
  if (values.empty()) return end;
  if (frames >= float(values.size())) return end;
  const float at = std::max(frames, 0.0f);
  const auto i = std::size_t(at);
  const float next = i + 1 < values.size() ? values[i + 1] : end;
  return values[i] + (at - float(i)) * (next - values[i]);
}

float read_release(const std::vector<float>& values, float frames) noexcept {
  if (values.empty()) return -kFallDbPerFrame * frames;
  const float last = float(values.size() - 1);
  if (frames >= last) return values.back() - kFallDbPerFrame * (frames - last);
  return read(values, frames, values.back());
}

// An attack of 20 ms and a release of 100 ms by 60 dB.
NoteRegister plain_register(const PowerQuantiles& power, float frame_rate_hz) {
  NoteRegister plain;
  plain.note_power_db = power;
  NoteLevel level;
  const int attack = std::max(1, int(std::lround(0.02f * frame_rate_hz)));
  for (int i = 0; i < attack; ++i) level.onset_db.push_back(-24.0f * float(attack - i) / float(attack + 1));
  const int release = std::max(1, int(std::lround(0.1f * frame_rate_hz)));
  for (int i = 0; i <= release; ++i) level.release_db.push_back(-60.0f * float(i) / float(release));
  plain.levels.push_back(level);
  return plain;
}

}  // namespace

float power_at_quantile(const PowerQuantiles& q, float percent) noexcept {
  constexpr float kPercent[] = {5, 10, 25, 50, 75, 90, 95};
  const float db[] = {q.p5, q.p10, q.p25, q.p50, q.p75, q.p90, q.p95};
  if (!(percent > kPercent[0])) return db[0];
  for (int i = 1; i < 7; ++i)
    if (percent <= kPercent[i])
      return db[i - 1] + (db[i] - db[i - 1]) * (percent - kPercent[i - 1]) / (kPercent[i] - kPercent[i - 1]);
  return db[6];
}

NoteShapes::NoteShapes(const Config& config)
    : registers_(config.registers),
      floor_db_(config.power_floor_db),
      frame_rate_hz_(float(config.frame_rate_hz())) {
  if (registers_.empty())
    registers_.push_back(plain_register(config.note_power_db.value_or(PowerQuantiles{}), frame_rate_hz_));
}

NoteShape NoteShapes::at(float velocity, float midi) const noexcept {
  const float v = velocity >= 1 ? std::min(velocity, 127.0f) : 1.0f;
  const float percent = 10.0f + (v - 1.0f) / 126.0f * 85.0f;
  const auto pitch = between(
      registers_, [](const NoteRegister& r) { return r.centre_midi; }, midi);
  const NoteRegister& low = registers_[pitch.below];
  const NoteRegister& high = registers_[pitch.above];

  NoteShape shape;
  shape.floor_db_ = floor_db_;
  shape.frame_rate_hz_ = frame_rate_hz_;
  const float low_db = power_at_quantile(low.note_power_db, percent);
  const float high_db = power_at_quantile(high.note_power_db, percent);
  shape.sustained_db_ = low_db + pitch.part * (high_db - low_db);
  for (int side = 0; side < 2; ++side) {
    const auto& levels = (side == 0 ? low : high).levels;
    const float weight = side == 0 ? 1 - pitch.part : pitch.part;
    const auto level = between(
        levels, [](const NoteLevel& l) { return l.centre_db; }, shape.sustained_db_);
    shape.corners_[2 * side] = &levels[level.below];
    shape.corners_[2 * side + 1] = &levels[level.above];
    shape.weights_[2 * side] = weight * (1 - level.part);
    shape.weights_[2 * side + 1] = weight * level.part;
  }
  return shape;
}

float NoteShape::blend(float NoteLevel::*field) const noexcept {
  float sum = 0;
  for (int i = 0; i < 4; ++i)
    if (corners_[i]) sum += weights_[i] * corners_[i]->*field;
  return sum;
}

float NoteShape::held_db(float frames) const noexcept {
  float onset = 0;
  for (int i = 0; i < 4; ++i)
    if (corners_[i]) onset += weights_[i] * read(corners_[i]->onset_db, frames, 0);
  const float seconds = std::clamp(frames / frame_rate_hz_, 0.0f, kLongestDriftSeconds);
  return std::max(floor_db_, sustained_db_ + onset + seconds * blend(&NoteLevel::sustain_drift_db_per_s));
}

float NoteShape::onset_cents(float frames) const noexcept {
  float cents = 0;
  for (int i = 0; i < 4; ++i)
    if (corners_[i]) cents += weights_[i] * read(corners_[i]->onset_cents, frames, 0);
  return cents;
}

float NoteShape::release_db(float frames) const noexcept {
  float db = 0;
  for (int i = 0; i < 4; ++i)
    if (corners_[i]) db += weights_[i] * read_release(corners_[i]->release_db, std::max(frames, 0.0f));
  return db;
}

}  // namespace continuo::ddsp
